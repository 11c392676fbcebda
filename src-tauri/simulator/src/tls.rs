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

/// Which certificate a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// For `localhost` and `127.0.0.1`, by the authority that clients are to trust.
    Good,
    /// By the same authority, for another host.
    WrongHost,
    /// By the same authority, but it has expired.
    Expired,
    /// By the same authority, but it is not valid yet.
    NotYetValid,
    /// For the right host, signed by itself.
    SelfSigned,
    /// For the right host, signed by itself, and itself an authority: what routers make.
    OwnAuthority,
    /// For the right host, by an authority that nobody knows.
    Unknown,
}

/// One good certificate and bad ones: a client that trusts the authority sees nothing wrong but
/// what is meant to be.
pub(crate) struct Certificates {
    pub(crate) root: Certificate,
    good: TlsAcceptor,
    wrong_host: TlsAcceptor,
    expired: TlsAcceptor,
    not_yet_valid: TlsAcceptor,
    self_signed: TlsAcceptor,
    own_authority: TlsAcceptor,
    unknown: TlsAcceptor,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Certificates")
            .finish_non_exhaustive()
    }
}

impl Certificates {
    pub(crate) fn new() -> Result<Self, Failure> {
        let (authority, stranger) = (authority("Simulator")?, authority("Stranger")?);
        let here = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let good = CertificateParams::new(here.clone())?;
        let wrong_host = CertificateParams::new(["elsewhere.example".to_owned()])?;
        let mut expired = CertificateParams::new(here.clone())?;
        expired.not_after = date_time_ymd(2020, 1, 1);
        let mut not_yet_valid = CertificateParams::new(here)?;
        not_yet_valid.not_before = date_time_ymd(4000, 1, 1);
        let mut own_authority = good.clone();
        own_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self {
            good: signed(&good, &authority)?,
            wrong_host: signed(&wrong_host, &authority)?,
            expired: signed(&expired, &authority)?,
            not_yet_valid: signed(&not_yet_valid, &authority)?,
            self_signed: self_signed(&good)?,
            own_authority: self_signed(&own_authority)?,
            unknown: signed(&good, &stranger)?,
            root: authority.as_ref().clone(),
        })
    }

    /// What a server speaks with that shows this one.
    pub(crate) fn acceptor(&self, shown: Shown) -> &TlsAcceptor {
        match shown {
            Shown::Good => &self.good,
            Shown::WrongHost => &self.wrong_host,
            Shown::Expired => &self.expired,
            Shown::NotYetValid => &self.not_yet_valid,
            Shown::SelfSigned => &self.self_signed,
            Shown::OwnAuthority => &self.own_authority,
            Shown::Unknown => &self.unknown,
        }
    }
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, Failure> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(DnType::CommonName, name);
    Ok(CertifiedIssuer::self_signed(
        authority,
        KeyPair::generate()?,
    )?)
}

fn signed(
    certificate: &CertificateParams,
    authority: &CertifiedIssuer<'_, KeyPair>,
) -> Result<TlsAcceptor, Failure> {
    let key = KeyPair::generate()?;
    acceptor(certificate.signed_by(&key, authority)?, &key)
}

fn self_signed(certificate: &CertificateParams) -> Result<TlsAcceptor, Failure> {
    let key = KeyPair::generate()?;
    acceptor(certificate.self_signed(&key)?, &key)
}

fn acceptor(certificate: Certificate, key: &KeyPair) -> Result<TlsAcceptor, Failure> {
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key)
        .map_err(|error: rustls::Error| error)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
