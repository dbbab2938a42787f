//! Whose word is taken for where a caller is: proxies that are named, and nobody else's.
//!
//! A proxy that is trusted adds the address it was called from to the end of `X-Forwarded-For`. The
//! list is read from its end for as long as its addresses are trusted proxies themselves; the first
//! that is none is the caller. What stands before it is the caller's own word and is not read.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use axum::response::Response;

/// The header that proxies add to.
const FORWARDED: &str = "x-forwarded-for";
/// Addresses of the header that are looked at, from its end.
const HOPS: usize = 16;

/// A network: an address and how many of its first bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl FromStr for Network {
    type Err = ();

    /// Reads an address, alone or with `/` and a number of bits.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits <= most { Ok(Self { address, bits }) } else { Err(()) }
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let same = |one: u128, other: u128, width: u32| {
            let left = width.saturating_sub(self.bits);
            one.checked_shr(left) == other.checked_shr(left)
        };
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same(own.to_bits().into(), other.to_bits().into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Lets the address of each caller be what the trusted proxies say.
pub fn behind(router: Router, trusted: Vec<Network>) -> Router {
    if trusted.is_empty() {
        return router;
    }
    let trusted: Arc<[Network]> = trusted.into();
    router.layer(from_fn(move |request: Request, next: Next| {
        let trusted = Arc::clone(&trusted);
        async move { told(&trusted, request, next).await }
    }))
}

async fn told(trusted: &[Network], mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
    if let Some(peer) = peer {
        let address = caller(trusted, peer.ip(), request.headers());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, peer.port())));
    }
    next.run(request).await
}

/// The nearest address that is no trusted proxy; the last one known where the list is not readable.
fn caller(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let lines: Vec<&str> =
        headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok()).collect();
    let mut nearest = peer;
    for hop in lines.iter().flat_map(|line| line.split(',')).rev().take(HOPS) {
        if !is_trusted(nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        caller(&trusted, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn nobodys_word_is_taken_but_that_of_a_trusted_proxy() {
        let proxies = ["127.0.0.1", "10.0.0.0/8"];
        assert_eq!(check(&[], "127.0.0.1", &["192.0.2.7"]), "127.0.0.1");
        assert_eq!(check(&proxies, "192.0.2.9", &["192.0.2.7"]), "192.0.2.9");
        assert_eq!(check(&proxies, "127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(check(&proxies, "127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn what_a_caller_wrote_before_the_proxies_is_not_read() {
        let proxies = ["127.0.0.1", "10.0.0.0/8"];
        let forged = ["203.0.113.5, 192.0.2.7", "10.1.2.3"];
        assert_eq!(check(&proxies, "127.0.0.1", &forged), "192.0.2.7");
        assert_eq!(check(&proxies, "127.0.0.1", &["192.0.2.7, nonsense"]), "127.0.0.1");
        let v6 = ["2001:db8::/32"];
        assert_eq!(check(&v6, "2001:db8::1", &["2001:db9::7"]), "2001:db9::7");
        assert_eq!(check(&["::/0"], "2001:db8::1", &["::ffff:192.0.2.7"]), "192.0.2.7");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "example.org", "10.0.0.0/", "/8"] {
            assert_eq!(text.parse::<Network>(), Err(()), "{text}");
        }
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("192.0.2.1".parse().unwrap()));
    }
}
