use passkeys::attestation::TrustAnchors;

fn read(blob: &str) -> Result<TrustAnchors, Box<dyn std::error::Error>> {
    Ok(TrustAnchors::from_fido_metadata(blob)?)
}

fn main() {}
