//! The network address that a request comes from, where that can be known.
//!
//! It is personal data, and nobody's word is taken for it: it is the address of the
//! connection's other end, or of the API gateway's. Behind proxies of one's own, each of
//! which adds the address of its own other end to `X-Forwarded-For`, it is the entry so many
//! places from the right; what stands left of that the client may have written itself.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName};
use casefold_events::Personal;

use super::ByGateway;

/// The header to which each proxy adds whom it was asked by.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that a request comes from, through so many proxies that are trusted; `None`
/// where it can't be known.
pub(super) fn address(request: &Request, trusted_proxies: usize) -> Option<Personal<String>> {
    let address = match (trusted_proxies, gateway(request)) {
        (_, Some(address)) => Some(address),
        (0, None) => peer(request),
        (proxies, None) => forwarded(request.headers(), proxies),
    };
    address.map(|address| Personal::new(address.to_canonical().to_string()))
}

/// What the API gateway in front of a Lambda function says.
fn gateway(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ByGateway>()?.source
}

/// The other end of the connection, on a port of our own.
fn peer(request: &Request) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip())
}

/// The entry so many places from the right, over all headers of the name in their order. A
/// request with fewer of them did not come through all the proxies.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let mut hops = Vec::new();
    for value in headers.get_all(FORWARDED_FOR) {
        hops.extend(value.to_str().ok()?.split(',').map(str::trim));
    }
    let hop = hops.len().checked_sub(proxies)?;
    parse(hops.get(hop)?)
}

/// An address with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn seen(proxies: usize, headers: &[&str]) -> Option<String> {
        let mut request = Request::builder();
        for value in headers {
            request = request.header(FORWARDED_FOR, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer: SocketAddr = "[::ffff:192.0.2.1]:4711".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        address(&request, proxies).map(Personal::into_exposed)
    }

    #[test]
    fn without_a_trusted_proxy_the_address_is_that_of_the_other_end() {
        assert_eq!(seen(0, &[]).as_deref(), Some("192.0.2.1"));
        assert_eq!(seen(0, &["203.0.113.7"]).as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn behind_trusted_proxies_it_is_what_the_outermost_of_them_saw() {
        let forged = "198.51.100.1, 203.0.113.7";
        assert_eq!(seen(1, &[forged]).as_deref(), Some("203.0.113.7"));
        assert_eq!(
            seen(2, &[forged, "10.0.0.1"]).as_deref(),
            Some("203.0.113.7")
        );
        assert_eq!(seen(1, &["203.0.113.7:80"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(
            seen(1, &["[2001:db8::1]:80"]).as_deref(),
            Some("2001:db8::1")
        );
    }

    #[test]
    fn a_request_that_did_not_come_through_all_of_them_comes_from_nowhere_known() {
        assert_eq!(seen(1, &[]), None);
        assert_eq!(seen(2, &["203.0.113.7"]), None);
        assert_eq!(seen(1, &["somewhere"]), None);
    }
}
