//! Many records changed in a spreadsheet.

use crate::site::Site;

#[test]
fn a_table_goes_out_comes_back_and_is_written_all_or_not_at_all() {
    let site = Site::demo();
    let director = site.sign_in("director");
    let here = "/records/service/bulk";
    let table = director.get("/records/service/bulk.csv").text;
    let line = table
        .lines()
        .find(|line| line.contains("Data centre hosting"))
        .expect("the service")
        .to_owned();
    let heading = table.lines().next().expect("headings").to_owned();
    let send = |text: &str| {
        site.desk.file("services.csv", text);
        director.upload(here, here, &[], &[&site.desk.path("services.csv")])
    };

    // The same again is no difference.
    let same = send(&table);
    assert_eq!(same.status, 200, "{}", same.text);
    same.says("nothing would be different");

    // A fault anywhere, and nothing is written; each is told with its line.
    let wrong = line.replacen("critical", "dearest", 1);
    let faulty = send(&format!("{heading}\n{wrong}\n"));
    assert_eq!(faulty.status, 422);
    faulty
        .says("Nothing was written")
        .says("dearest")
        .says("Write one of");

    // A difference is shown, then made, in one batch; what the file leaves blank stays.
    let cells: Vec<&str> = line.split(',').collect();
    let (record, entry) = (cells[0], cells[1]);
    let changed =
        format!("record,entry,service,criticality\n{record},{entry},,low\n,{entry},Parking,high\n");
    let shown = send(&changed);
    shown
        .says("2 records would be different, 1 of them new")
        .says("low");
    let fields = [
        ("csv", changed.as_str()),
        ("do", "confirm"),
        ("why", "a workshop"),
    ];
    let made = director.post_from(here, here, &fields);
    assert_eq!(made.status, 303, "{}", made.text);
    let page = director.get(&format!("/services/{record}"));
    page.says("Low")
        .says("Machine rooms and the machines in them");
    director.get("/services?q=Parking").says("Parking");
    director
        .get(&format!("/records/{record}/history"))
        .says("a workshop");

    // Whoever comes with the old download learns that it moved on, and nothing is written.
    let late = format!("record,entry,criticality\n{record},{entry},medium\n");
    let fields = [("csv", late.as_str()), ("do", "confirm")];
    let refused = director.post_from(here, here, &fields);
    assert_eq!(refused.status, 422);
    refused.says("Somebody changed some of these records since the download");

    let reader = site.sign_in("reader");
    assert_eq!(reader.post_from("/account", here, &fields).status, 403);
}
