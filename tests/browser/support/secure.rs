//! A site with a certificate, under host names that only this browser resolves.

use std::{io, sync::Arc};

use axum::{Router, serve::Listener};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData as _};
use sha2::{Digest as _, Sha256};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
    server::TlsStream,
};

use super::{
    reach::{Certificate, Reach},
    visit::Site,
};

/// An application in this process, served as `https://` under several host names.
pub(crate) struct SecureSite {
    origin: String,
    reach: Reach,
}

impl SecureSite {
    /// The first of the hosts is where the site's own pages are.
    pub(crate) async fn start(hosts: &[&str], router: Router) -> Self {
        let names: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
        // Firefox has no passkeys where an error of a certificate was overridden, and takes no server's
        // certificate for an authority.
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let authority_certificate = authority.self_signed(&authority_key).unwrap();
        let authority = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(names).unwrap();
        let certificate = certificate.signed_by(&key, &authority).unwrap();
        let key_hash = Sha256::digest(key.subject_public_key_info());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = TlsListener::new(listener, TlsAcceptor::from(Arc::new(tls)));
        tokio::spawn(async { axum::serve(listener, router).await });

        let addresses = hosts.iter().map(|host| (format!("{host}:443"), address));
        Self {
            origin: format!("https://{}", hosts[0]),
            reach: Reach {
                hosts: addresses.collect(),
                certificate: Some(Certificate {
                    key_hash: BASE64_STANDARD.encode(key_hash),
                    authority: BASE64_STANDARD.encode(authority_certificate.der()),
                }),
                extension: None,
            },
        }
    }
}

impl Site for SecureSite {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn reach(&self) -> Reach {
        self.reach.clone()
    }
}

/// Connections after their TLS handshake. Handshakes run concurrently, because browsers open some
/// connections in advance and leave them idle.
struct TlsListener(mpsc::Receiver<TlsStream<TcpStream>>);

impl TlsListener {
    fn new(listener: TcpListener, acceptor: TlsAcceptor) -> Self {
        let (sender, ready) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = sender.send(stream).await;
                    }
                });
            }
        });
        Self(ready)
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = ();

    async fn accept(&mut self) -> (Self::Io, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}
