//! How a browser reaches a site: addresses of hosts that only this browser resolves.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// Addresses, certificate and extension that a site needs in a browser.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    /// Addresses by host and port, such as `example.com:443`.
    pub(crate) hosts: Vec<(String, SocketAddr)>,
    /// The certificate of these hosts.
    pub(crate) certificate: Option<Certificate>,
    /// Directory of an extension for Chromium.
    pub(crate) extension: Option<PathBuf>,
}

/// By what a browser knows a certificate.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// SHA-256 hash of its public key, in base64.
    pub(crate) key_hash: String,
    /// Certificate of the authority that signed it, in base64.
    pub(crate) authority: String,
}

impl Reach {
    /// Creates the description of an origin such as `http://localhost:3000` that is served at an address.
    pub(crate) fn origin(origin: &str, address: SocketAddr) -> Self {
        let (_, host) = origin.split_once("://").expect("an origin");
        Self {
            hosts: vec![(host.to_owned(), address)],
            ..Self::default()
        }
    }

    /// Starts a SOCKS5 proxy (RFC 1928) for these hosts and for the ports of this machine, and for nothing
    /// else. Returns its port.
    pub(super) async fn proxy(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let hosts = self.hosts.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let hosts = hosts.clone();
                tokio::spawn(async move {
                    // A connection that breaks is the browser's affair.
                    let _ = forward(stream, &hosts).await;
                });
            }
        });
        port
    }
}

async fn forward(mut browser: TcpStream, hosts: &[(String, SocketAddr)]) -> io::Result<()> {
    let [_, methods] = read(&mut browser).await?;
    io::copy(&mut (&mut browser).take(methods.into()), &mut io::sink()).await?;
    browser.write_all(&[5, 0]).await?;
    let [_, _, _, kind] = read(&mut browser).await?;
    let host = match kind {
        1 => Ipv4Addr::from(read::<4>(&mut browser).await?).to_string(),
        3 => {
            let [length] = read(&mut browser).await?;
            let mut name = vec![0; length.into()];
            browser.read_exact(&mut name).await?;
            String::from_utf8_lossy(&name).into_owned()
        }
        _ => return Ok(()),
    };
    let port = u16::from_be_bytes(read(&mut browser).await?);
    let known = format!("{host}:{port}");
    let mapped = hosts.iter().find(|(host, _)| *host == known);
    let address = match mapped {
        Some((_, address)) => *address,
        None if host == "localhost" || host == "127.0.0.1" => {
            SocketAddr::from(([127, 0, 0, 1], port))
        }
        None => return refuse(&mut browser).await,
    };
    let Ok(mut server) = TcpStream::connect(address).await else {
        return refuse(&mut browser).await;
    };
    browser.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    copy_bidirectional(&mut browser, &mut server).await?;
    Ok(())
}

async fn read<const N: usize>(from: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Host unreachable.
async fn refuse(browser: &mut TcpStream) -> io::Result<()> {
    browser.write_all(&[5, 4, 0, 1, 0, 0, 0, 0, 0, 0]).await
}
