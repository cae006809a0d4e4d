//! What the translator does not know, it refuses, naming file, line and construct.

use super::translate;

const MACRO: &str = "govuk/components/x/macro.njk";
const TEMPLATE: &str = "govuk/components/x/template.njk";

/// Translate a component whose `template.njk` is this.
fn translated(template: &str) -> Result<String, String> {
    let read = |name: &str| match name {
        MACRO => Some(
            "{% macro govukX(params) %}\n{%- include \"./template.njk\" -%}\n{% endmacro %}\n"
                .to_owned(),
        ),
        TEMPLATE => Some(template.to_owned()),
        "govuk/macros/attributes.njk" => {
            Some("{% macro govukAttributes(attributes) %}{{ attributes }}{% endmacro %}".to_owned())
        }
        _ => None,
    };
    match translate([MACRO.to_owned()], &read) {
        Ok(sources) => Ok(sources[MACRO].clone()),
        Err(refused) => Err(refused.to_string()),
    }
}

#[test]
fn unknown_constructs_are_refused_by_file_line_and_name() {
    for (template, line, construct) in [
        (
            "<p>\n\n{% switch params.x %}{% endswitch %}",
            3,
            "the tag `switch`",
        ),
        ("{% raw %}{% endraw %}", 1, "the tag `raw`"),
        (
            "\n{{ params.x | dump }}",
            2,
            "the filter `dump` with 0 values",
        ),
        (
            "{{ params.x | trim(1) }}",
            1,
            "the filter `trim` with 1 values",
        ),
        (
            "{{ params.list | select(\"odd\") }}",
            1,
            "the filter `select` with 1 values",
        ),
        (
            "{% if params.x is divisibleby(3) %}{% endif %}",
            1,
            "the test `divisibleby` of 1 values",
        ),
        ("{{ params.x.slice(1) }}", 1, "the method `slice`"),
        ("{{ params.x[0]() }}", 1, "a call of what is no macro"),
        (
            "\n\n\n{{\n  range(3) }}",
            5,
            "a call of `range`, which is no macro here",
        ),
        (
            "{{ somewhere }}",
            1,
            "the name `somewhere`, which nothing sets",
        ),
        ("{{ 7 - 1 }}", 1, "the sign '-'"),
        ("{{ params.a ~ params.b }}", 1, "the sign '~'"),
        ("{{ params.a < 1 }}", 1, "`<` here"),
        ("{{ 'it\\'s' }}", 1, "a backslash in a string"),
        ("{{ params.a", 1, "a tag without an end"),
        ("\n{# never over", 2, "a comment without an end"),
        (
            "{% if params.a %}<p>",
            1,
            "a template that ends before `elif`",
        ),
        (
            "{% for item in params.items %}{% set item = 1 %}{% endfor %}",
            1,
            "setting the loop's variable `item`",
        ),
        (
            "{% for item in params.items %}{% endfor %}\n{{ item }}",
            2,
            "the name `item`, which nothing sets",
        ),
        (
            "{% macro _inner(item) %}\n{{ params.x }}{% endmacro %}",
            2,
            "the name `params`, which nothing sets",
        ),
        ("{% set a, b = 1 %}", 1, "`,` here"),
    ] {
        let message = translated(template).expect_err(template);
        let wanted = format!("{TEMPLATE}:{line}: the translator does not know {construct};");
        assert!(
            message.starts_with(&wanted),
            "{template:?}\n  wanted {wanted}\n  got    {message}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let message = translated("{% include \"../gone.njk\" %}").expect_err("no such file");
    assert!(
        message.starts_with("govuk/components/gone.njk:1: "),
        "{message}"
    );
    let message = translated("{% from \"../../macros/gone.njk\" import govukGone %}")
        .expect_err("no such file");
    assert!(
        message.starts_with("govuk/macros/gone.njk:1: "),
        "{message}"
    );
}

#[test]
fn what_is_printed_and_what_decides_goes_through_the_program() {
    let source = translated(
        "{% from \"../../macros/attributes.njk\" import govukAttributes -%}\n\
         <a {{- govukAttributes(params.attributes) }}>{% if params.html %}{{ params.html | safe }}{% endif %}</a>",
    )
    .expect("all of it is known");
    assert_eq!(
        source.matches("{{").count(),
        source.matches("|js_print }}").count(),
        "{source}"
    );
    assert_eq!(
        source.matches("{% if ").count(),
        source.matches("|js_true %}").count(),
        "{source}"
    );
}
