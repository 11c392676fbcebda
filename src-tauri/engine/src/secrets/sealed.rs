//! The sealed file: secrets under a passphrase.
//!
//! ```text
//!  0  magic        8 bytes   "TALONKEY"
//!  8  version      u16       1; all numbers are little-endian
//! 10  memory       u32       Argon2id (version 0x13): KiB,
//! 14  passes       u32         passes over them,
//! 18  lanes        u32         lanes
//! 22  salt        16 bytes   new with each passphrase
//! 38  nonce       24 bytes   new with each write
//! 62  content                XChaCha20-Poly1305, the 62 bytes before it authenticated too
//! ```
//!
//! The content is a JSON map from name to value in Base64: without escapes
//! the values are read in place and leave no copies behind.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{AeadInOut, KeyInit},
};
use rand::RngExt;
use secrecy::{ExposeSecret, zeroize::Zeroizing};

use super::{Secret, SecretError, Values};
use crate::failpoints::step;

/// The file's name in the data folder.
pub(super) const FILE: &str = "secrets.sealed";

const MAGIC: [u8; 8] = *b"TALONKEY";
const VERSION: u16 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
const TAG: usize = 16;
const HEADER: usize = MAGIC.len() + 2 + 3 * 4 + SALT + NONCE;
/// No honest file is larger, bytes.
const LARGEST: u64 = 1024 * 1024;

/// What a guess at the passphrase costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Cost {
    /// RFC 9106's second recommendation in memory and passes, with one lane.
    pub(super) const REAL: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };
    /// A file that asks for more is not ours; opening it could exhaust the machine.
    const MOST: Self = Self {
        memory_kib: 256 * 1024,
        passes: 16,
        lanes: 8,
    };

    /// `None` if Argon2 does not know such a cost or it is out of all measure.
    fn params(self) -> Option<Params> {
        let honest = self.memory_kib <= Self::MOST.memory_kib
            && self.passes <= Self::MOST.passes
            && self.lanes <= Self::MOST.lanes;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None).ok()?;
        honest.then_some(params)
    }
}

/// What closes and opens the file; the passphrase itself is not kept.
pub(super) struct Seal {
    cost: Cost,
    salt: [u8; SALT],
    key: Zeroizing<[u8; 32]>,
}

impl Seal {
    /// A seal for a passphrase that has none yet. Takes a good part of a second.
    pub(super) fn new(passphrase: &Secret, cost: Cost) -> Result<Self, SecretError> {
        Self::derive(passphrase, cost, rand::rng().random())
    }

    fn derive(passphrase: &Secret, cost: Cost, salt: [u8; SALT]) -> Result<Self, SecretError> {
        let params = cost.params().ok_or(SecretError::Damaged)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_secret().as_bytes(), &salt, &mut *key)
            .map_err(|_| SecretError::Damaged)?;
        Ok(Self { cost, salt, key })
    }

    /// The whole file.
    pub(super) fn close(&self, values: &Values) -> Result<Vec<u8>, SecretError> {
        self.close_with(values, rand::rng().random())
    }

    fn close_with(&self, values: &Values, nonce: [u8; NONCE]) -> Result<Vec<u8>, SecretError> {
        let mut file = Vec::with_capacity(HEADER);
        file.extend(MAGIC);
        file.extend(VERSION.to_le_bytes());
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            file.extend(number.to_le_bytes());
        }
        file.extend(self.salt);
        file.extend(nonce);
        let mut content = plain(values)?;
        self.cipher()
            .encrypt_in_place(&XNonce::from(nonce), &file, &mut *content)
            .map_err(|_| SecretError::Io(ErrorKind::FileTooLarge))?;
        file.append(&mut content);
        Ok(file)
    }

    /// Opens a whole file: its seal, to write it again with, and its values.
    pub(super) fn open(file: &[u8], passphrase: &Secret) -> Result<(Self, Values), SecretError> {
        let (head, content) = file
            .split_at_checked(HEADER)
            .filter(|(_, content)| content.len() >= TAG)
            .ok_or(SecretError::Damaged)?;
        let mut rest = head;
        if take::<8>(&mut rest)? != MAGIC {
            return Err(SecretError::Damaged);
        }
        match u16::from_le_bytes(take(&mut rest)?) {
            VERSION => {}
            0 => return Err(SecretError::Damaged),
            _ => return Err(SecretError::Newer),
        }
        let cost = Cost {
            memory_kib: u32::from_le_bytes(take(&mut rest)?),
            passes: u32::from_le_bytes(take(&mut rest)?),
            lanes: u32::from_le_bytes(take(&mut rest)?),
        };
        let seal = Self::derive(passphrase, cost, take(&mut rest)?)?;
        let nonce = XNonce::from(take::<NONCE>(&mut rest)?);
        let mut content = Zeroizing::new(content.to_vec());
        seal.cipher()
            .decrypt_in_place(&nonce, head, &mut *content)
            .map_err(|_| SecretError::WrongPassphrase)?;
        let values = understand(&content)?;
        Ok((seal, values))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.key).into())
    }
}

/// The content before it is encrypted, in a buffer that never grows: growing
/// would leave a copy behind.
fn plain(values: &Values) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let room: usize = values
        .iter()
        .map(|(name, value)| name.len() + value.expose_secret().len().div_ceil(3) * 4 + 6)
        .sum();
    let mut content = Zeroizing::new(Vec::with_capacity(2 + room + TAG));
    let encoded: Vec<Zeroizing<String>> = values
        .values()
        .map(|value| Zeroizing::new(STANDARD.encode(value.expose_secret())))
        .collect();
    let map: BTreeMap<&str, &str> = values
        .keys()
        .map(String::as_str)
        .zip(encoded.iter().map(|value| value.as_str()))
        .collect();
    serde_json::to_writer(&mut *content, &map).map_err(|_| SecretError::Damaged)?;
    Ok(content)
}

/// Names of a newer program are kept as they are.
fn understand(content: &[u8]) -> Result<Values, SecretError> {
    let encoded: BTreeMap<&str, &str> =
        serde_json::from_slice(content).map_err(|_| SecretError::Damaged)?;
    encoded
        .into_iter()
        .map(|(name, value)| {
            let value = STANDARD.decode(value).map_err(|_| SecretError::Damaged)?;
            let value = Zeroizing::new(value);
            let text = std::str::from_utf8(&value).map_err(|_| SecretError::Damaged)?;
            Ok((name.to_owned(), Secret::from(text)))
        })
        .collect()
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], SecretError> {
    let (taken, left) = rest.split_first_chunk().ok_or(SecretError::Damaged)?;
    *rest = left;
    Ok(*taken)
}

/// Reads the whole file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, SecretError> {
    let mut file = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut file)?;
    if file.len() as u64 > LARGEST {
        return Err(SecretError::Damaged);
    }
    Ok(file)
}

/// Replaces the file: after a crash there is the old one or the new one.
pub(super) fn write(path: &Path, file: &[u8]) -> Result<(), SecretError> {
    let new = new_beside(path);
    remove_one(&new)?;
    let written = (|| {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut handle = options.open(&new)?;
        handle.write_all(file)?;
        handle.sync_all()?;
        drop(handle);
        step("sealing");
        fs::rename(&new, path)?;
        step("sealed");
        sync_folder_of(path)
    })();
    if written.is_err() {
        // The failure itself is what is told.
        let _ = remove_one(&new);
    }
    Ok(written?)
}

/// Removes the file and what an interrupted write left, if they are there.
pub(super) fn remove(path: &Path) -> Result<(), SecretError> {
    remove_one(&new_beside(path))?;
    remove_one(path)?;
    Ok(sync_folder_of(path)?)
}

fn remove_one(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn new_beside(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Without this a power cut may bring the old name back.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn sync_folder_of(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
