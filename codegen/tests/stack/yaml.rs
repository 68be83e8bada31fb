//! YAML as the JSON that it stands for.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::Value;

/// The one document of a file.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    match documents.as_slice() {
        [document] => value(document),
        documents => Err(format!("{} documents", documents.len())),
    }
}

fn value(yaml: &Yaml<'_>) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(flag)) => Value::from(*flag),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::from(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => Value::from(text.as_ref()),
        Yaml::Sequence(values) => Value::Array(values.iter().map(value).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let entry = |(key, of): (&Yaml<'_>, &Yaml<'_>)| {
                let key = key.as_str().ok_or_else(|| format!("{key:?} is no text"))?;
                Ok((key.to_owned(), value(of)?))
            };
            Value::Object(entries.iter().map(entry).collect::<Result<_, String>>()?)
        }
        other => return Err(format!("no plain YAML: {other:?}")),
    })
}
