// A leaf of the audit log, read: what views are rendered from (docs/formats/audit-log.md, "Leaf").
// Holds no ePHI, as leaves do not. Values; read_leaf is pure but for its parser, which belongs to
// one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/record.h"
#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::audit_views {

struct RecordedResource {
    std::string type;
    std::string address;  // hexadecimal: a keyed hash of type and logical id
    std::uint64_t version = 0;
    std::string stored;  // base64 of SHA-256 of the sealed bytes; empty: none
};

// Texts are empty where the leaf does not say.
struct RecordedLeaf {
    std::uint64_t index = 0;
    crypto::Sha256Digest hash{};  // RFC 6962: SHA-256(0x00 || leaf)
    std::string origin;
    WallTime time;
    audit::Phase phase = audit::Phase::none;
    std::uint64_t intent = 0;  // whose outcome this is

    std::string event;    // as docs/formats/audit-log.md lists them
    std::string outcome;  // "ok", "denied", "error"
    std::int64_t status = 0;
    std::string client;
    std::string user;  // a pseudonym
    std::string tenant;
    std::string purpose;  // HL7 v3 PurposeOfUse
    std::string patient;  // a compartment, hexadecimal
    std::vector<RecordedResource> resources;
    std::string request;
    std::string scopes;
    std::string target;  // the client that an administrative act was about
    std::string reason;
    std::string policy;
    std::vector<std::string> rules;
};

// Errc::corrupt unless the text is a leaf that the log could have written.
[[nodiscard]] Result<RecordedLeaf> read_leaf(std::string_view json, json::Parser& parser);

}  // namespace salus::audit_views
