//! The interface of `wit/` for JavaScript: TypeScript's types with the docs of the WIT, and a table of
//! how each function's values lie in memory, which is all that a host of the core module needs.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wit_parser::{Docs, Function, Handle, Interface, Resolve, Type, TypeDef, TypeDefKind, TypeId};

/// The interface that the table is of.
const INTERFACE: &str = "collector";

/// Returns the TypeScript module that describes the interface of a `wit` folder.
pub fn typescript(wit: &Path) -> Result<String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit)?;
    let interfaces = &resolve.packages[package].interfaces;
    let id = *interfaces
        .get(INTERFACE)
        .context("wit/ has the interface")?;
    let writer = Writer {
        resolve: &resolve,
        interface: &resolve.interfaces[id],
    };
    writer.module()
}

struct Writer<'a> {
    resolve: &'a Resolve,
    interface: &'a Interface,
}

impl Writer<'_> {
    fn module(&self) -> Result<String> {
        let mut out = String::from("/** What the component offers. Made from the WIT. */\n\n");
        out.push_str("import type { Signatures } from \"./abi.js\";\n");
        for (name, id) in &self.interface.types {
            let definition = &self.resolve.types[*id];
            let docs = docs(&definition.docs, "");
            match &definition.kind {
                TypeDefKind::Resource => write!(
                    out,
                    "\n{docs}export interface {} extends Disposable {{\n{}}}\n",
                    pascal(name),
                    self.methods(Some(*id))?
                )?,
                _ => write!(out, "\n{docs}{}\n", self.declaration(name, definition)?)?,
            }
        }
        let docs = docs(&self.interface.docs, "");
        write!(out, "\n{docs}export interface Collector {{\n")?;
        out.push_str(&self.methods(None)?);
        for (name, id) in &self.interface.types {
            if matches!(self.resolve.types[*id].kind, TypeDefKind::Resource) {
                let name = pascal(name);
                writeln!(out, "  {name}: {name}Constructor;")?;
            }
        }
        out.push_str("}\n");
        out.push_str(&self.constructors()?);
        out.push_str("\n/** How the values of each function lie in memory, by its name. */\n");
        out.push_str("export const signatures: Signatures = {\n");
        for (name, function) in &self.interface.functions {
            let parameters = self
                .value_parameters(function)
                .map(|(_, of)| self.layout(of));
            let parameters = parameters.collect::<Result<Vec<_>>>()?.join(", ");
            let result = match function.result {
                Some(of) if !name.starts_with("[constructor]") => self.layout(&of)?,
                _ => "undefined".to_owned(),
            };
            writeln!(
                out,
                "  \"{name}\": {{ parameters: [{parameters}], result: {result} }},"
            )?;
        }
        out.push_str("};\n");
        Ok(out)
    }

    /// The declaration of a type that is no resource.
    fn declaration(&self, name: &str, definition: &TypeDef) -> Result<String> {
        let name = pascal(name);
        let mut out = String::new();
        match &definition.kind {
            TypeDefKind::Record(record) => {
                writeln!(out, "export interface {name} {{")?;
                for field in &record.fields {
                    let (of, docs) = (self.shown(&field.ty)?, docs(&field.docs, "  "));
                    writeln!(out, "{docs}  {}: {of};", camel(&field.name))?;
                }
                out.push('}');
            }
            TypeDefKind::Flags(flags) => {
                writeln!(out, "export interface {name} {{")?;
                for flag in &flags.flags {
                    let docs = docs(&flag.docs, "  ");
                    writeln!(out, "{docs}  {}?: boolean;", camel(&flag.name))?;
                }
                out.push('}');
            }
            TypeDefKind::Variant(variant) => {
                write!(out, "export type {name} =")?;
                for case in &variant.cases {
                    let value = match &case.ty {
                        Some(of) => format!("; val: {}", self.shown(of)?),
                        None => String::new(),
                    };
                    let docs = docs(&case.docs, "  ");
                    write!(out, "\n{docs}  | {{ tag: \"{}\"{value} }}", case.name)?;
                }
                out.push(';');
            }
            TypeDefKind::Enum(words) => {
                write!(out, "export type {name} =")?;
                for case in &words.cases {
                    let docs = docs(&case.docs, "  ");
                    write!(out, "\n{docs}  | \"{}\"", case.name)?;
                }
                out.push(';');
            }
            other => bail!("{name}: the generator has no word for a {}", other.as_str()),
        }
        Ok(out)
    }

    /// The functions of a resource, or those of none.
    fn methods(&self, of: Option<TypeId>) -> Result<String> {
        let mut out = String::new();
        for (name, function) in &self.interface.functions {
            if function.kind.resource() != of || name.starts_with("[constructor]") {
                continue;
            }
            let result = match &function.result {
                Some(of) => self.shown(of)?,
                None => "void".to_owned(),
            };
            let docs = docs(&function.docs, "  ");
            let name = camel(name.rsplit('.').next().unwrap_or(name));
            let parameters = self.shown_parameters(function)?;
            writeln!(out, "{docs}  {name}({parameters}): {result};")?;
        }
        Ok(out)
    }

    fn constructors(&self) -> Result<String> {
        let mut out = String::new();
        for (name, function) in &self.interface.functions {
            if let Some(resource) = name.strip_prefix("[constructor]") {
                let (name, docs) = (pascal(resource), docs(&function.docs, "  "));
                let parameters = self.shown_parameters(function)?;
                write!(
                    out,
                    "\n/** Makes a {resource}. */\nexport interface {name}Constructor {{\n\
                     {docs}  new ({parameters}): {name};\n}}\n"
                )?;
            }
        }
        Ok(out)
    }

    fn shown_parameters(&self, function: &Function) -> Result<String> {
        let shown = |(name, of)| Ok(format!("{}: {}", camel(name), self.shown(of)?));
        let parameters = self.value_parameters(function).map(shown);
        Ok(parameters.collect::<Result<Vec<_>>>()?.join(", "))
    }

    /// The parameters of a function but for the resource that it is a method of.
    fn value_parameters<'f>(
        &self,
        function: &'f Function,
    ) -> impl Iterator<Item = (&'f str, &'f Type)> {
        let own = usize::from(function.name.starts_with("[method]"));
        let parameters = function.params.iter().skip(own);
        parameters.map(|parameter| (parameter.name.as_str(), &parameter.ty))
    }

    /// A type as TypeScript has it.
    fn shown(&self, of: &Type) -> Result<String> {
        Ok(match of {
            Type::Bool => "boolean".to_owned(),
            Type::U8 | Type::U32 => "number".to_owned(),
            Type::U64 => "bigint".to_owned(),
            Type::String => "string".to_owned(),
            Type::Id(id) => match &self.resolve.types[*id].kind {
                TypeDefKind::List(Type::U8) => "Uint8Array".to_owned(),
                TypeDefKind::List(of) => format!("{}[]", self.shown(of)?),
                TypeDefKind::Tuple(tuple) => {
                    let types = tuple.types.iter().map(|of| self.shown(of));
                    format!("[{}]", types.collect::<Result<Vec<_>>>()?.join(", "))
                }
                TypeDefKind::Option(of) => format!("{} | undefined", self.shown(of)?),
                // An error is thrown.
                TypeDefKind::Result(result) => match &result.ok {
                    Some(of) => self.shown(of)?,
                    None => "void".to_owned(),
                },
                TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => self.name(*id)?,
                _ => self.name(*id)?,
            },
            other => bail!("the generator has no type for {other:?}"),
        })
    }

    fn name(&self, id: TypeId) -> Result<String> {
        let name = self.resolve.types[id].name.as_deref();
        name.map(pascal).context("a type has a name")
    }

    /// How a type lies in memory, as `abi.ts` reads it.
    fn layout(&self, of: &Type) -> Result<String> {
        Ok(match of {
            Type::Bool => "\"bool\"".to_owned(),
            Type::U8 => "\"u8\"".to_owned(),
            Type::U32 => "\"u32\"".to_owned(),
            Type::U64 => "\"u64\"".to_owned(),
            Type::String => "\"string\"".to_owned(),
            Type::Id(id) => match &self.resolve.types[*id].kind {
                TypeDefKind::List(Type::U8) => "\"bytes\"".to_owned(),
                TypeDefKind::List(of) => format!("{{ list: {} }}", self.layout(of)?),
                TypeDefKind::Option(of) => format!("{{ option: {} }}", self.layout(of)?),
                TypeDefKind::Result(result) => format!(
                    "{{ ok: {}, error: {} }}",
                    self.layout_or_none(result.ok.as_ref())?,
                    self.layout_or_none(result.err.as_ref())?
                ),
                TypeDefKind::Record(record) => {
                    let field = |(name, of)| Ok(format!("{}: {}", camel(name), self.layout(of)?));
                    let fields = record.fields.iter().map(|field| (&*field.name, &field.ty));
                    let fields = fields.map(field).collect::<Result<Vec<_>>>()?;
                    format!("{{ record: {{ {} }} }}", fields.join(", "))
                }
                TypeDefKind::Tuple(tuple) => {
                    let types = tuple.types.iter().map(|of| self.layout(of));
                    let types = types.collect::<Result<Vec<_>>>()?;
                    format!("{{ tuple: [{}] }}", types.join(", "))
                }
                TypeDefKind::Enum(words) => {
                    let names = words.cases.iter();
                    let names = names.map(|case| format!("\"{}\"", case.name));
                    format!("{{ enum: [{}] }}", names.collect::<Vec<_>>().join(", "))
                }
                TypeDefKind::Flags(flags) => {
                    let names = flags.flags.iter();
                    let names = names.map(|flag| format!("\"{}\"", camel(&flag.name)));
                    format!("{{ flags: [{}] }}", names.collect::<Vec<_>>().join(", "))
                }
                TypeDefKind::Variant(variant) => {
                    let case =
                        |(name, of)| Ok(format!("[\"{name}\", {}]", self.layout_or_none(of)?));
                    let cases = variant
                        .cases
                        .iter()
                        .map(|case| (&*case.name, case.ty.as_ref()));
                    let cases = cases.map(case).collect::<Result<Vec<_>>>()?;
                    format!("{{ variant: [{}] }}", cases.join(", "))
                }
                TypeDefKind::Type(of) => self.layout(of)?,
                other => bail!("the generator has no layout for a {}", other.as_str()),
            },
            other => bail!("the generator has no layout for {other:?}"),
        })
    }

    fn layout_or_none(&self, of: Option<&Type>) -> Result<String> {
        of.map_or_else(|| Ok("undefined".to_owned()), |of| self.layout(of))
    }
}

/// A doc comment of the WIT as one of TypeScript.
fn docs(docs: &Docs, indent: &str) -> String {
    let Some(text) = &docs.contents else {
        return String::new();
    };
    let mut out = format!("{indent}/**\n");
    for line in text.trim_end().lines() {
        let line = format!("{indent} * {}", line.replace("*/", "* /"));
        out += line.trim_end();
        out.push('\n');
    }
    out + indent + " */\n"
}

fn pascal(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

fn camel(name: &str) -> String {
    let name = pascal(name);
    let (first, rest) = name.split_at(1);
    first.to_lowercase() + rest
}
