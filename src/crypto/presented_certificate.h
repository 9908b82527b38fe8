// X.509 certificates that somebody presents inside another protocol (RFC 5280): what stands in
// them, and whether a chain of them leads to one that is trusted. TLS checks its own (tls.h).
// Thread safety: values, immutable; any thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/signature.h"
#include "foundation/clock.h"

namespace salus::crypto {

enum class SubjectAttribute : std::uint8_t {
    country,
    organization,
    organizational_unit,
    common_name,
};

// What a chain must be for, if its certificates say what they are for (RFC 5280 section 4.2.1.12).
enum class ChainUse : std::uint8_t { any, tls_client };

class PresentedCertificate {
public:
    // One certificate in DER and nothing behind it; Errc::invalid otherwise. Nothing is verified.
    static Result<PresentedCertificate> parse(BytesView der);
    // All certificates of a file in PEM. Errc::invalid: there is none, or one that is damaged.
    static Result<std::vector<PresentedCertificate>> parse_pem(std::string_view pem);

    // As people count: 3 has extensions.
    [[nodiscard]] int version() const;
    // In UTF-8; nothing if the subject has none or several of them.
    [[nodiscard]] std::optional<std::string> subject(SubjectAttribute attribute) const;
    // The whole of it as RFC 4514 writes names, in UTF-8: "CN=chart,O=Example,C=US".
    [[nodiscard]] std::string subject_name() const;
    // Whether one of the subject's alternative names is this (RFC 5280 section 4.2.1.6): a DNS
    // name, in any case, where a wildcard is a name like any other; or an address, byte for byte.
    [[nodiscard]] bool has_dns_name(std::string_view name) const;
    [[nodiscard]] bool has_uri(std::string_view uri) const;
    // The CA flag of the basic constraints; nothing without that extension.
    [[nodiscard]] std::optional<bool> may_issue() const;
    struct Extension {
        Bytes value;  // what its OCTET STRING holds
        bool critical = false;
    };
    // `identifier` in dotted form. Nothing if it is absent or there more than once.
    [[nodiscard]] std::optional<Extension> extension(std::string const& identifier) const;
    // Errc::invalid for a key that this house does not accept (signature.h).
    [[nodiscard]] Result<VerifyingKey> key() const;

private:
    friend Result<void> verify_chain(std::span<PresentedCertificate const> chain,
                                     std::span<PresentedCertificate const> anchors, WallTime now,
                                     ChainUse use);
    struct State;
    explicit PresentedCertificate(std::shared_ptr<State const> state) : state_(std::move(state)) {}
    std::shared_ptr<State const> state_;  // shared by copies of this value; immutable
};

// Whether chain[0] is one of the anchors, or the rest of the chain leads from it to one (RFC 5280
// section 6), with keys and hashes of at least 112 bits of strength, all valid at `now`. Revocation
// is not asked for: nothing is fetched. Errc::forbidden otherwise. REQUIRES: a chain.
[[nodiscard]] Result<void> verify_chain(std::span<PresentedCertificate const> chain,
                                        std::span<PresentedCertificate const> anchors, WallTime now,
                                        ChainUse use = ChainUse::any);

}  // namespace salus::crypto
