//! A site with a certificate, under host names that only this browser resolves.

use std::{io, sync::Arc};

use axum::{Router, serve::Listener};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use rcgen::{CertifiedKey, PublicKeyData as _, generate_simple_self_signed};
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

use super::visit::Site;

/// An application in this process, served as `https://` under several host names.
pub(crate) struct SecureSite {
    origin: String,
    arguments: Vec<String>,
}

impl SecureSite {
    /// The first of the hosts is where the site's own pages are.
    pub(crate) async fn start(hosts: &[&str], router: Router) -> Self {
        let names: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let key_hash = Sha256::digest(signing_key.subject_public_key_info());
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = TlsListener::new(listener, TlsAcceptor::from(Arc::new(tls)));
        tokio::spawn(async { axum::serve(listener, router).await });

        let mut rules: Vec<String> = hosts
            .iter()
            .map(|host| format!("MAP {host}:443 {address}"))
            .collect();
        rules.push("MAP * ~NOTFOUND".to_owned());
        Self {
            origin: format!("https://{}", hosts[0]),
            arguments: vec![
                format!("--host-resolver-rules={}", rules.join(", ")),
                format!(
                    "--ignore-certificate-errors-spki-list={}",
                    BASE64_STANDARD.encode(key_hash)
                ),
            ],
        }
    }
}

impl Site for SecureSite {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn chromium_arguments(&self) -> Vec<String> {
        self.arguments.clone()
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
