//! What an API gateway in front of a function says of a request.

use std::collections::HashMap;
use std::net::IpAddr;

/// What the gateway says beside a request, in its extensions. No caller can write it: the shell of
/// Lambda alone puts it there.
#[derive(Clone)]
pub(crate) struct ByGateway {
    /// Where the request comes from.
    pub(crate) source: Option<IpAddr>,
    /// The claims of the token that its JWT authorizer has checked, each as text; `None` where
    /// the route has no authorizer.
    pub(crate) claims: Option<HashMap<String, String>>,
}
