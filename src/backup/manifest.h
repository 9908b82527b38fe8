// The manifest of one part of one backup: what it holds, of when it is, and who vouches for it
// (docs/formats/backup.md, "Manifest"). Canonical JSON, so that equal manifests are equal bytes,
// and a signature by the instance. A value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backup/tree.h"
#include "crypto/signature.h"
#include "foundation/strong_id.h"

namespace salus::backup {

struct FileEntry {
    std::string name;  // below the instance's directory: "store/records.db"
    FileTree tree;
};

// How far the copied audit log of a tenant reaches.
struct LogEntry {
    TenantName tenant;
    std::uint64_t begin = 0;  // leaves before the store was read
    std::uint64_t size = 0;   // leaves in the copy: after the store was read
    crypto::Sha256Digest root{};
};

struct Manifest {
    Part part = Part::data;
    std::uint64_t backup = 0;  // 1, 2, 3 ... in the order of time
    std::string realm;         // of the instance
    std::int64_t point = 0;    // of recovery: when the store was read; microseconds since 1970 UTC
    std::vector<FileEntry> files;
    std::vector<LogEntry> logs;                    // of the data
    std::optional<crypto::Sha256Digest> previous;  // the manifest of this part before; no first
    std::optional<crypto::Sha256Digest> keys;      // of the data: the manifest of its keys
};

// Errc::invalid when a name or text is not one that a manifest can have.
[[nodiscard]] Result<Bytes> sign(Manifest const& manifest, crypto::SigningKey const& key);

struct OpenedManifest {
    Manifest manifest;
    crypto::VerifyingKey signer;
    crypto::Sha256Digest hash{};  // of the signed manifest
};
// Whose signature is right: by `pin`, or, without one, by the key that the manifest itself names,
// which shows damage but not who wrote it. Errc::corrupt for anything that sign() does not make;
// Errc::forbidden for another's signature.
[[nodiscard]] Result<OpenedManifest> open_manifest(BytesView bytes,
                                                   std::optional<crypto::VerifyingKey> const& pin);

// A relative path of plain names, without "..": safe to write below a directory.
[[nodiscard]] bool is_file_name(std::string_view name) noexcept;

// SubjectPublicKeyInfo in PEM (RFC 7468 section 13): how an operator keeps the key of the
// signatures. Errc::invalid for anything else.
[[nodiscard]] std::string to_pem(crypto::VerifyingKey const& key);
[[nodiscard]] Result<crypto::VerifyingKey> public_key_from_pem(std::string_view text);

}  // namespace salus::backup
