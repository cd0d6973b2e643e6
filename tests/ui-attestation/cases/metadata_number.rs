use passkeys::attestation::TrustAnchors;

fn number(anchors: &TrustAnchors) -> Option<u32> {
    anchors.metadata_number()
}

fn main() {}
