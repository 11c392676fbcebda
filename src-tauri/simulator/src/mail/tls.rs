//! An authority of one's own, and the certificates it gave.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{self, ServerConfig};

/// What can go wrong when certificates are made.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// One good certificate and two bad ones, all by the same authority: a client that trusts it
/// sees nothing wrong but what is meant to be.
pub(super) struct Certificates {
    pub(super) root: Certificate,
    pub(super) good: TlsAcceptor,
    pub(super) wrong_host: TlsAcceptor,
    pub(super) expired: TlsAcceptor,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Certificates")
            .finish_non_exhaustive()
    }
}

impl Certificates {
    pub(super) fn new() -> Result<Self, Failure> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        authority
            .distinguished_name
            .push(DnType::CommonName, "Simulator");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let here = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let good = CertificateParams::new(here.clone())?;
        let wrong_host = CertificateParams::new(["elsewhere.example".to_owned()])?;
        let mut expired = CertificateParams::new(here)?;
        expired.not_after = date_time_ymd(2020, 1, 1);
        Ok(Self {
            good: acceptor(&good, &authority)?,
            wrong_host: acceptor(&wrong_host, &authority)?,
            expired: acceptor(&expired, &authority)?,
            root: authority.as_ref().clone(),
        })
    }
}

fn acceptor(
    certificate: &CertificateParams,
    authority: &CertifiedIssuer<'_, KeyPair>,
) -> Result<TlsAcceptor, Failure> {
    let key = KeyPair::generate()?;
    let certificate = certificate.signed_by(&key, authority)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key)
        .map_err(|error: rustls::Error| error)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
