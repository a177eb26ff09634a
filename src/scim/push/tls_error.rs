//! What went wrong with TLS, in words that say whose certificate it was about. They name no address.

use rustls::{AlertDescription, CertificateError, Error};

/// Nothing more is known.
pub const UNKNOWN: &str = "TLS failed";

/// What is behind an error of the connection, if that is TLS.
pub fn within(error: &std::io::Error) -> Option<&'static str> {
    Some(kind(error.get_ref()?.downcast_ref()?))
}

/// What went wrong.
pub fn kind(error: &Error) -> &'static str {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "TLS failed: the server's certificate is not by an authority that is trusted"
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "TLS failed: the server's certificate has expired"
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "TLS failed: the server's certificate is for another name",
        Error::InvalidCertificate(_) => "TLS failed: the server's certificate can't be trusted",
        Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::NoCertificate) => {
            "TLS failed: the server wants a client certificate"
        }
        Error::AlertReceived(AlertDescription::CertificateExpired) => {
            "TLS failed: the server says that the client certificate has expired"
        }
        Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError,
        ) => "TLS failed: the server doesn't accept the client certificate",
        _ => UNKNOWN,
    }
}
