//! What a page says where it may not run scripts: how many tests there are, and the first failures.

use super::tests::first_line;
use crate::execution::{Ended, TestResult};
use crate::limits;
use crate::text::shortened;

/// A fragment of HTML that grows.
#[derive(Debug, Default)]
pub struct WithoutScript {
    failures: String,
    shown: usize,
    /// Failures that are not shown.
    more: u64,
}

impl WithoutScript {
    /// Adds a test, if it has failed.
    pub fn push(&mut self, ended: &Ended) {
        if ended.result != TestResult::Failed {
            return;
        }
        if self.shown == limits::PAGE_FAILURES {
            self.more += 1;
            return;
        }
        self.shown += 1;
        let html = &mut self.failures;
        html.push_str("<li><code>");
        let parts = [ended.scope.as_str(), ended.name.as_str()];
        for (index, part) in parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .enumerate()
        {
            if index > 0 {
                html.push_str("::");
            }
            push_text(html, &shortened(part, limits::PAGE_REASON_CHARS).0);
        }
        html.push_str("</code>");
        let reason = first_line(ended);
        if !reason.is_empty() {
            html.push_str("<pre>");
            push_text(html, &reason);
            html.push_str("</pre>");
        }
        html.push_str("</li>");
    }

    /// The fragment, with how many tests had which result, and why the run broke off.
    #[must_use]
    pub fn finish(&self, counts: &[(TestResult, u64)], aborted: Option<&str>) -> String {
        let total: u64 = counts.iter().map(|(_, count)| count).sum();
        let s = if total == 1 { "" } else { "s" };
        let mut html = format!("<h1>{total} result{s}</h1><p>");
        for (index, (result, count)) in counts.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            html.push_str(&format!("{comma}{count} {}", result.as_str()));
        }
        html.push_str("</p>");
        if let Some(reason) = aborted {
            html.push_str("<p>");
            push_text(&mut html, reason);
            html.push_str("</p>");
        }
        if self.shown > 0 {
            html.push_str("<ul>");
            html.push_str(&self.failures);
            html.push_str("</ul>");
        }
        if self.more > 0 {
            html.push_str(&format!("<p>and {} more that failed</p>", self.more));
        }
        html
    }
}

/// Adds a text, of which no browser takes anything for markup.
fn push_text(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup() {
        let mut html = String::new();
        push_text(&mut html, "</noscript><img src='x' onerror=\"f(1 && 2)\">");
        assert_eq!(
            html,
            "&lt;/noscript&gt;&lt;img src=&#39;x&#39; onerror=&quot;f(1 &amp;&amp; 2)&quot;&gt;"
        );
    }
}
