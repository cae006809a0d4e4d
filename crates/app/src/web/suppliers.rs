//! Suppliers: what each was paid.

use handback_core::statement::SupplierLine;

/// Where a supplier's page is: by organisation, or by the name as printed.
pub fn href(line: &SupplierLine) -> String {
    match line.organisation {
        Some(id) => format!("/suppliers/{id}"),
        None => {
            let name = line.names.first().map(String::as_str).unwrap_or_default();
            let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
            format!("/suppliers/named?name={name}")
        }
    }
}
