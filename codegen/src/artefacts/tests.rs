//! What reaches a directory in which people write too.

use super::*;

/// A directory of its own, gone when it is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("obs-artefacts-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Directory(path)
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.join(path)).unwrap()
    }

    fn put(&self, path: &str, text: &str) {
        std::fs::write(self.0.join(path), text).unwrap();
    }

    fn has(&self, path: &str) -> bool {
        self.0.join(path).exists()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const PAGE: &str = "runbooks/alerts/Down.md";

/// One whole file, one with a part that is kept.
fn artefacts(generated: &str) -> Artefacts {
    let files = [
        ("rules.yml".to_owned(), "groups: []\n".to_owned()),
        (PAGE.to_owned(), marked(Marks::Markdown, generated, "## Notes\n")),
    ];
    Artefacts { package: "shop".into(), files: files.into() }
}

/// The same without the page.
fn without_page() -> Artefacts {
    let mut artefacts = artefacts("");
    artefacts.files.remove(PAGE);
    artefacts
}

#[test]
fn what_people_write_is_kept_and_does_not_make_a_page_stale() {
    let there = Directory::new("kept");
    artefacts("# One\n").write(&there.0).unwrap();
    let page = there.read(PAGE);
    there.put(PAGE, &format!("Before.\n\n{page}\nAfter: {{}} <!-- obs:begin -->\n"));
    assert_eq!(artefacts("# One\n").stale(&there.0), [""; 0]);
    assert_eq!(artefacts("# Two\n").stale(&there.0), [PAGE, MANIFEST]);

    let written = artefacts("# Two\n").write(&there.0).unwrap();
    assert_eq!(written, [there.0.join(PAGE), there.0.join(MANIFEST)]);
    let page = there.read(PAGE);
    assert!(page.starts_with("Before.\n\n<!-- obs:begin") && page.contains("# Two\n"), "{page}");
    assert!(page.ends_with("## Notes\n\nAfter: {} <!-- obs:begin -->\n"), "{page}");
    assert!(!page.contains("# One"), "{page}");
    assert!(artefacts("# Two\n").write(&there.0).unwrap().is_empty());
}

#[test]
fn what_stands_between_the_marks_is_moved_and_not_lost() {
    let there = Directory::new("moved");
    artefacts("# One\n\nSame.\n").write(&there.0).unwrap();
    there.put(PAGE, &there.read(PAGE).replace("# One\n", "# One\nAsk Ada first.\n"));
    assert_eq!(artefacts("# One\n\nSame.\n").stale(&there.0), [PAGE]);
    artefacts("# Two\n\nSame.\n").write(&there.0).unwrap();
    let page = there.read(PAGE);
    let moved = "\n## Notes\n\n## Moved out of the generated part\n\n# One\nAsk Ada first.\n";
    assert!(page.ends_with(moved), "{page}");
    assert_eq!(page.matches("Same.").count(), 1, "{page}");
    artefacts("# Three\n\nSame.\n").write(&there.0).unwrap();
    assert_eq!(there.read(PAGE), page.replace("# Two", "# Three"), "it is moved once");
}

#[test]
fn a_page_without_marks_was_written_by_a_person() {
    let there = Directory::new("own");
    std::fs::create_dir_all(there.0.join("runbooks/alerts")).unwrap();
    there.put(PAGE, "All mine.\n");
    artefacts("# One\n").write(&there.0).unwrap();
    assert!(there.read(PAGE).ends_with("is kept. -->\n\nAll mine.\n"), "{}", there.read(PAGE));
    assert_eq!(artefacts("# One\n").stale(&there.0), [""; 0]);

    // One mark alone bounds nothing.
    there.put(PAGE, &there.read(PAGE).replace("obs:end", "the end"));
    artefacts("# Two\n").write(&there.0).unwrap();
    assert!(there.read(PAGE).contains("# One\n") && there.read(PAGE).contains("All mine."));
    let page = there.read(PAGE);
    artefacts("# Two\n").write(&there.0).unwrap();
    assert_eq!(there.read(PAGE), page);
}

#[test]
fn what_nobody_changed_below_follows_what_is_generated() {
    let below = |below: &str| Artefacts {
        package: "shop".into(),
        files: [("am.yml".to_owned(), marked(Marks::Yaml, "route: {}\n", below))].into(),
    };
    let there = Directory::new("below");
    below("receivers: [a]\n").write(&there.0).unwrap();
    below("receivers: [b]\n").write(&there.0).unwrap();
    assert!(there.read("am.yml").ends_with("is kept.\n\nreceivers: [b]\n"), "{}", there.read("am.yml"));
    there.put("am.yml", &there.read("am.yml").replace("[b]", "[mine]"));
    below("receivers: [c]\n").write(&there.0).unwrap();
    assert!(there.read("am.yml").ends_with("receivers: [mine]\n"));

    there.put("am.yml", &there.read("am.yml").replace("route: {}", "route: {x: 1}"));
    below("receivers: [c]\n").write(&there.0).unwrap();
    let moved = "receivers: [mine]\n\n# Moved out of the generated part:\n# route: {x: 1}\n";
    assert!(there.read("am.yml").ends_with(moved), "{}", there.read("am.yml"));
}

#[test]
fn line_ends_of_a_checkout_are_no_change() {
    let there = Directory::new("crlf");
    artefacts("# One\n").write(&there.0).unwrap();
    for path in ["rules.yml", PAGE, MANIFEST] {
        there.put(path, &there.read(path).replace('\n', "\r\n"));
    }
    assert_eq!(artefacts("# One\n").stale(&there.0), [""; 0]);
    assert!(artefacts("# One\n").write(&there.0).unwrap().is_empty());
    assert_eq!(without_page().orphans(&there.0), [Orphan { path: PAGE.into(), edited: false }]);
}

#[test]
fn what_is_no_longer_generated_goes_unless_a_person_wrote_in_it() {
    let there = Directory::new("orphans");
    artefacts("# One\n").write(&there.0).unwrap();
    there.put("mine.yml", "a file of one's own\n");
    assert_eq!(without_page().orphans(&there.0), [Orphan { path: PAGE.into(), edited: false }]);
    assert_eq!(without_page().stale(&there.0), [MANIFEST]);
    without_page().write(&there.0).unwrap();
    assert!(!there.has("runbooks"), "and nor do its directories stay");
    assert!(there.has("mine.yml"));
    assert_eq!(without_page().stale(&there.0), [""; 0]);

    for change in ["## Notes\nIt was the disk.", "## Notes\n# One\n"] {
        artefacts("# One\n").write(&there.0).unwrap();
        there.put(PAGE, &there.read(PAGE).replace("## Notes", change));
        let left = [Orphan { path: PAGE.into(), edited: true }];
        assert_eq!(without_page().orphans(&there.0), left);
        without_page().write(&there.0).unwrap();
        assert!(there.has(PAGE));
        assert_eq!(without_page().orphans(&there.0), left, "it is told until a person removes it");
        std::fs::remove_file(there.0.join(PAGE)).unwrap();
        assert_eq!(without_page().stale(&there.0), [MANIFEST]);
        without_page().write(&there.0).unwrap();
    }

    // A file that was generated whole, and then changed.
    artefacts("# One\n").write(&there.0).unwrap();
    there.put("rules.yml", "groups: [mine]\n");
    let mut none = without_page();
    none.files.clear();
    none.write(&there.0).unwrap();
    assert!(there.has("rules.yml") && !there.has(PAGE));
}

#[test]
fn only_what_this_package_wrote_here_is_ever_removed() {
    let there = Directory::new("others");
    artefacts("# One\n").write(&there.0).unwrap();
    let other = Artefacts { package: "other".into(), ..without_page() };
    assert_eq!(other.orphans(&there.0), []);
    std::fs::remove_file(there.0.join(MANIFEST)).unwrap();
    other.write(&there.0).unwrap();
    assert!(there.has(PAGE));

    let outside = Directory::new("outside");
    std::fs::create_dir_all(&outside.0).unwrap();
    outside.put("x", "x");
    let name = outside.0.file_name().unwrap().to_str().unwrap().to_owned();
    let sums = Sums::of("x");
    for path in [format!("../{name}/x"), outside.0.join("x").display().to_string()] {
        let list = Manifest { files: [(path, sums)].into() };
        there.put(MANIFEST, &list.text("shop"));
        assert_eq!(artefacts("").orphans(&there.0), []);
        artefacts("").write(&there.0).unwrap();
    }
    assert!(outside.has("x"));
}

/// Each build of one would undo that of the other.
#[test]
fn two_packages_do_not_write_one_directory_in_turn() {
    let there = Directory::new("two");
    artefacts("# One\n").write(&there.0).unwrap();
    let other = Artefacts { package: "other".into(), ..artefacts("# Two\n") };
    let error = other.write(&there.0).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    let said = error.to_string();
    assert!(said.contains("generated for shop: give other a directory of its own"), "{said}");
    assert_eq!(artefacts("# One\n").stale(&there.0), [""; 0], "nothing was written");
    there.put(MANIFEST, "what a person wrote\n");
    other.write(&there.0).unwrap();
}

#[test]
fn a_page_that_is_no_text_is_an_error_and_stays() {
    let there = Directory::new("binary");
    std::fs::create_dir_all(there.0.join("runbooks/alerts")).unwrap();
    std::fs::write(there.0.join(PAGE), [0xff, 0xfe]).unwrap();
    let error = artefacts("# One\n").write(&there.0).unwrap_err();
    assert!(error.to_string().contains("Down.md"), "{error}");
    assert_eq!(std::fs::read(there.0.join(PAGE)).unwrap(), [0xff, 0xfe]);
}
