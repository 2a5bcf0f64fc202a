//! The variables that the component wants to see, as a file for hosts that ask before they load it.

use contract::host::Host;
use contract::{golden, repository};

#[test]
fn the_file_names_the_variables_of_the_component() {
    let mut collector = Host::shared().collector(1 << 30).unwrap();
    let mut names = collector.variables().unwrap();
    names.sort();
    let text = names.join("\n") + "\n";
    let file = repository("wit/variables.txt");
    golden::compare(&file, &text).unwrap_or_else(|why| panic!("{why}"));
}
