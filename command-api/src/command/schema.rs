//! OpenAPI schemas of the enumerations of commands.

use std::borrow::Cow;

use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Discriminator, OneOfBuilder, Ref, RefOr};

use super::Body;

/// A schema with the name under which the document lists it.
pub(super) type Named = (String, RefOr<Schema>);

/// The schema of a body with its `type`, which the body itself doesn't hold. It can't be
/// composed by `allOf`: a body that allows no other field doesn't allow the `type` either.
pub(super) fn tagged<B: Body>() -> Named {
    let mut schema = B::schema();
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        let tag = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some([B::NAME]));
        object
            .properties
            .insert("type".to_owned(), tag.build().into());
        object.required.insert(0, "type".to_owned());
    }
    (<B as ToSchema>::name().into_owned(), schema)
}

/// One of several bodies, told by `type`: each with its command's name and its schema's.
pub(super) fn one_of<const N: usize>(
    bodies: [(&'static str, Cow<'static, str>); N],
) -> RefOr<Schema> {
    let mut discriminator = Discriminator::new("type");
    let mut one_of = OneOfBuilder::new();
    for (command, schema) in bodies {
        let reference = Ref::from_schema_name(schema);
        discriminator
            .mapping
            .insert(command.to_owned(), reference.ref_location.clone());
        one_of = one_of.item(reference);
    }
    Schema::OneOf(one_of.discriminator(Some(discriminator)).build()).into()
}
