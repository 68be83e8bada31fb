//! The page about a category of errors.

use super::alert::dedup;
use super::{Book, ask, label, questions};
use crate::markdown::{Page, code, sentence};
use crate::subject::{Board, Runbook};
use obs_model::{Category, ErrorType, Severity, duration};

pub(super) fn page(book: &Book<'_>, name: &str, of: &[(&ErrorType, &Category)]) -> Page {
    let path = Runbook::Category(name.to_owned()).path().unwrap_or_default();
    let mut page = Page::new(&path, &format!("Errors of category {}", code(name)));

    page.section("Meaning");
    let mut meanings: Vec<String> = of.iter().map(|(_, category)| severity(category.severity)).collect();
    dedup(&mut meanings);
    page.list(&meanings);
    let rows: Vec<Vec<String>> = of.iter().map(|(error, category)| row(book, error, category)).collect();
    page.table(&["Error", "Severity", "Try again", "Declared"], &rows);

    page.section("What to do");
    page.steps(&actions(book, &page, of));

    page.section("Queries");
    ask(&mut page, &questions::category(name));

    page.section("Links");
    let subject = &book.plan.subject;
    let mut lines = vec![book.dashboard("Dashboard", &subject.dashboard(Board::Errors, &[]))];
    let runbook = Runbook::Category(name.to_owned());
    let about = book.alerts.iter().filter(|alert| {
        alert.runbook == runbook
            || ["category", "error_type"].iter().any(|of| label(alert, of).is_some_and(|v| v == name))
    });
    lines.extend(book.alert_links(&page, about));
    lines.push(book.metrics_link(&page));
    page.list(&lines);
    page
}

fn row(book: &Book<'_>, error: &ErrorType, category: &Category) -> Vec<String> {
    let name = match category.variant.as_str() {
        "" => code(&error.name),
        variant => code(&format!("{}::{variant}", error.name)),
    };
    vec![
        name,
        category.severity.as_str().to_owned(),
        category
            .retry_after
            .map_or_else(|| "–".to_owned(), |after| format!("after {}", duration::display(after))),
        book.source(&code(&error.module), &error.place),
    ]
}

fn severity(severity: Severity) -> String {
    let means = match severity {
        Severity::Recoverable => {
            "the caller can try again or correct the request; nothing is wrong with the service."
        }
        Severity::Degraded => "the service works with less than it should have.",
        Severity::Critical => "a part of the service does not work; a person should look now.",
        Severity::Fatal => "the process cannot go on.",
    };
    format!("**{}**: {means}", severity.as_str())
}

/// What the attributes say, and then what holds for each severity.
pub(super) fn actions(book: &Book<'_>, page: &Page, of: &[(&ErrorType, &Category)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (_, category) in of {
        lines.extend(category.action.as_deref().map(sentence));
        if let Some(runbook) = &category.runbook {
            lines.push(format!("Follow the runbook {}.", book.named_link(page, runbook)));
        }
    }
    for (_, category) in of {
        if let Some(after) = category.retry_after {
            lines.push(format!(
                "Callers may try again after {}; do not before that.",
                duration::display(after)
            ));
        }
    }
    lines.push(match of.iter().map(|(_, category)| category.severity).max() {
        None | Some(Severity::Recoverable) => {
            "See who sends these requests: a jump is usually a caller that has changed.".to_owned()
        }
        Some(Severity::Degraded) => "See whether it gets worse, and which functions it reaches; a ticket is enough while the objectives are kept.".to_owned(),
        Some(Severity::Critical | Severity::Fatal) => "See when it began, and take back what was deployed or configured then.".to_owned(),
    });
    dedup(&mut lines);
    lines
}
