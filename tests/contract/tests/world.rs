//! The shape of the component: what it imports and exports, how large it is, how well `wit/` is
//! documented.

use contract::{artefact, golden, repository};
use wit_component::{DecodedWasm, WitPrinter};
use wit_parser::{
    Docs, Function, Interface, PackageId, Resolve, Stability, TypeDef, TypeDefKind, World,
    WorldItem,
};
use xtask::core_module;

/// How large the artefact may be, in bytes: it travels in every wheel.
const LARGEST: usize = 400_000;

#[test]
fn the_world_is_the_one_that_is_kept() {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(&artefact::bytes()).unwrap()
    else {
        panic!("the artefact is no component");
    };
    let main = resolve.worlds[world].package.unwrap();
    let ours: Vec<_> = resolve
        .package_names
        .iter()
        .filter(|(name, _)| name.namespace == "buildkite")
        .map(|(_, package)| *package)
        .collect();
    let file = repository("tests/contract/world.golden");
    golden::compare(&file, &print(&resolve, main, &ours)).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn the_artefact_is_small() {
    let size = artefact::bytes().len();
    assert!(size <= LARGEST, "{size} bytes");
}

#[test]
fn the_core_module_has_the_functions_by_their_names() {
    let bytes = artefact::bytes();
    let module = core_module::extract(&bytes).unwrap();
    let (resolve, package) = written();
    let package = &resolve.packages[package];
    let interface = &resolve.interfaces[package.interfaces["collector"]];
    let version = package.name.version.as_ref().unwrap();
    let prefix = format!("buildkite:test-collector/collector@{version}#");
    let exports = core_module::exports(module).unwrap();
    for name in interface.functions.keys() {
        assert!(exports.contains(&format!("{prefix}{name}")), "{name}");
    }
    assert!(exports.contains(&"memory".to_owned()), "{exports:?}");
}

#[test]
fn the_component_has_the_interface_that_wit_describes() {
    let DecodedWasm::Component(built, _) = wit_component::decode(&artefact::bytes()).unwrap()
    else {
        panic!("the artefact is no component");
    };
    let (written, package) = written();
    let interface = |resolve: &Resolve, package: PackageId| {
        let mut printer = WitPrinter::default();
        printer.emit_docs(false);
        let id = resolve.packages[package].interfaces["collector"];
        printer.print_interface(resolve, id).unwrap();
        // Whoever reads the built component no longer sees since when an item exists.
        let text = printer.output.to_string();
        let lines = text.lines().filter(|line| !line.contains("@since"));
        lines.fold(String::new(), |text, line| text + line + "\n")
    };
    let ours = built
        .package_names
        .get(&written.packages[package].name)
        .expect("it exports the package");
    assert_eq!(interface(&built, *ours), interface(&written, package));
}

#[test]
fn everything_in_wit_is_documented_and_dated() {
    let (resolve, package) = written();
    let mut wrong = Wrong::default();
    let package = &resolve.packages[package];
    wrong.docs(&package.name.to_string(), &package.docs);
    for (name, interface) in &package.interfaces {
        wrong.interface(&resolve, name, &resolve.interfaces[*interface]);
    }
    for (name, world) in &package.worlds {
        wrong.world(&resolve, name, &resolve.worlds[*world]);
    }
    assert!(wrong.0.is_empty(), "{}", wrong.0.join("\n"));
}

fn written() -> (Resolve, PackageId) {
    let mut resolve = Resolve::new();
    let (package, _) = resolve.push_dir(repository("wit")).unwrap();
    (resolve, package)
}

fn print(resolve: &Resolve, main: PackageId, nested: &[PackageId]) -> String {
    let mut printer = WitPrinter::default();
    printer.emit_docs(false);
    printer.print(resolve, main, nested).unwrap();
    printer.output.to_string()
}

/// The items that lack something.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn docs(&mut self, item: &str, docs: &Docs) {
        if docs.contents.as_deref().unwrap_or_default().is_empty() {
            self.0.push(format!("{item}: no doc comment"));
        }
    }

    fn item(&mut self, item: &str, docs: &Docs, stability: &Stability) {
        self.docs(item, docs);
        self.since(item, stability);
    }

    fn since(&mut self, item: &str, stability: &Stability) {
        if !matches!(stability, Stability::Stable { .. }) {
            self.0.push(format!("{item}: no @since"));
        }
    }

    fn world(&mut self, resolve: &Resolve, name: &str, world: &World) {
        self.item(name, &world.docs, &world.stability);
        for (key, item) in world.imports.iter().chain(&world.exports) {
            let key = format!("{name}, {}", resolve.name_world_key(key));
            match item {
                // Documented where it is declared.
                WorldItem::Interface { stability, .. } => self.since(&key, stability),
                WorldItem::Function(function) => self.function(&key, function),
                WorldItem::Type { id, .. } => self.type_def(&key, &resolve.types[*id]),
            }
        }
    }

    fn interface(&mut self, resolve: &Resolve, name: &str, interface: &Interface) {
        self.item(name, &interface.docs, &interface.stability);
        for (name, id) in &interface.types {
            self.type_def(name, &resolve.types[*id]);
        }
        for (name, function) in &interface.functions {
            self.function(name, function);
        }
    }

    fn function(&mut self, name: &str, function: &Function) {
        self.item(name, &function.docs, &function.stability);
    }

    fn type_def(&mut self, name: &str, type_def: &TypeDef) {
        self.item(name, &type_def.docs, &type_def.stability);
        let parts: Vec<(&str, &Docs)> = match &type_def.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                fields.map(|field| (&*field.name, &field.docs)).collect()
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                cases.map(|case| (&*case.name, &case.docs)).collect()
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter();
                cases.map(|case| (&*case.name, &case.docs)).collect()
            }
            TypeDefKind::Flags(flags) => {
                let flags = flags.flags.iter();
                flags.map(|flag| (&*flag.name, &flag.docs)).collect()
            }
            _ => Vec::new(),
        };
        for (part, docs) in parts {
            self.docs(&format!("{name}.{part}"), docs);
        }
    }
}
