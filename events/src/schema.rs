//! OpenAPI schemas of the values that are written as text.

/// Describes a type to OpenAPI as text of a form: length, pattern, example.
macro_rules! text_schema {
    ($name:ty, $description:literal, $example:expr $(, pattern = $pattern:literal)? $(, format = $format:ident)? $(, max = $max:literal)?) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($description))
                    $(.pattern(Some($pattern)))?
                    $(.format(Some(utoipa::openapi::schema::SchemaFormat::KnownFormat(
                        utoipa::openapi::schema::KnownFormat::$format,
                    ))))?
                    $(.min_length(Some(1)).max_length(Some($max)))?
                    .examples([serde_json::json!($example)])
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use text_schema;
