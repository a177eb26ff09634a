//! Passwords: only a hash is kept, and nothing is ever shown.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};

use crate::http::Refusal as HouseRefusal;
use crate::keys::random;
use crate::scim::door::answer::Failure;
use crate::scim::patch::Patch;
use crate::scim::path::Path;
use crate::scim::resource::Object;
use crate::scim::schema::USER;

/// Whether a PATCH may set a password.
pub fn is_touched(patch: &Patch) -> bool {
    USER.attribute("password").is_some_and(|password| patch.touches(&Path::core(password)))
}

/// Takes a password out of a resource and hashes it.
pub fn taken(resource: &mut Object) -> Result<Option<String>, Failure> {
    let Some(password) = resource.remove("password") else { return Ok(None) };
    let Some(password) = password.as_str() else { return Ok(None) };
    let failed = || Failure::from(HouseRefusal::internal());
    let salt = random::<16>().map_err(|_| failed())?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| failed())?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|_| failed())?;
    Ok(Some(hash.to_string()))
}
