//! Name constraints
//! ([RFC 5280, §4.2.1.10](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10)).

use x509_cert::{
    der::Encode as _,
    ext::pkix::{NameConstraints, SubjectAltName, name::GeneralName},
    name::{Name, RelativeDistinguishedName},
};

use super::certificate::Certificate;

/// Returns whether an authority's certificate allows the names of a certificate below it.
///
/// Constraints of directory names and DNS names are compared, which certificates of authenticators and of
/// the FIDO Alliance have. A name of another form that is constrained is not allowed, whatever the
/// constraint is, and neither is anything where the constraints cannot be read.
pub(super) fn allowed(authority: &Certificate, certificate: &Certificate) -> bool {
    let constraints = match authority.parsed::<NameConstraints>() {
        Ok(None) => return true,
        Ok(Some(constraints)) => constraints,
        Err(_) => return false,
    };
    let Ok(others) = certificate.parsed::<SubjectAltName>() else {
        return false;
    };
    let subject = Some(certificate.subject().clone()).filter(|subject| !subject.is_empty());
    let names = subject.into_iter().map(GeneralName::DirectoryName);
    let mut names = names.chain(
        others
            .map(|SubjectAltName(names)| names)
            .unwrap_or_default(),
    );
    let bases = |subtrees: &Option<Vec<_>>| -> Vec<GeneralName> {
        let subtrees = subtrees.iter().flatten();
        subtrees
            .map(|tree: &x509_cert::ext::pkix::constraints::name::GeneralSubtree| tree.base.clone())
            .collect()
    };
    let permitted = bases(&constraints.permitted_subtrees);
    let excluded = bases(&constraints.excluded_subtrees);
    names.all(|name| {
        let mut of_form = permitted.iter().filter(|base| same_form(base, &name));
        let is_permitted = match of_form.clone().count() {
            0 => true,
            _ => of_form.any(|base| is_within(&name, base) == Some(true)),
        };
        let mut of_form = excluded.iter().filter(|base| same_form(base, &name));
        is_permitted && of_form.all(|base| is_within(&name, base) == Some(false))
    })
}

fn same_form(one: &GeneralName, other: &GeneralName) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Returns whether a name is in a subtree. `None` if that cannot be told.
fn is_within(name: &GeneralName, base: &GeneralName) -> Option<bool> {
    match (name, base) {
        (GeneralName::DirectoryName(name), GeneralName::DirectoryName(base)) => {
            is_below(name, base)
        }
        (GeneralName::DnsName(name), GeneralName::DnsName(base)) => {
            let (name, base) = (
                name.as_str().to_ascii_lowercase(),
                base.as_str().to_ascii_lowercase(),
            );
            let base = base.strip_prefix('.').unwrap_or(&base);
            let above = name.strip_suffix(base);
            Some(
                base.is_empty()
                    || above.is_some_and(|above| above.is_empty() || above.ends_with('.')),
            )
        }
        _ => None,
    }
}

/// Returns whether a directory name begins with the parts of another.
fn is_below(name: &Name, base: &Name) -> Option<bool> {
    let parts = |name: &Name| -> Option<Vec<Vec<u8>>> { name.iter_rdn().map(comparable).collect() };
    Some(parts(name)?.starts_with(&parts(base)?))
}

/// Returns a part of a name in lower case and in one type of strings, since authorities write them
/// differently ([RFC 5280, §7.1](https://www.rfc-editor.org/rfc/rfc5280#section-7.1)).
fn comparable(part: &RelativeDistinguishedName) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    for attribute in part.iter() {
        whole.extend(attribute.oid.to_der().ok()?);
        let value = attribute.value.value().to_ascii_lowercase();
        let mut words = value
            .split(u8::is_ascii_whitespace)
            .filter(|it| !it.is_empty());
        whole.extend(words.next().unwrap_or_default());
        for word in words {
            whole.push(b' ');
            whole.extend(word);
        }
        whole.push(0);
    }
    Some(whole)
}
