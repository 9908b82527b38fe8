#include "keys/dual_control/proposal.h"

#include <algorithm>

#include "json/canonical.h"
#include "json/document.h"

namespace salus::keys {
namespace {

constexpr std::size_t kNonceBytes = 16;

// Writes the members of an object, whose names the caller gives in their order.
class Members {
public:
    void text(std::string_view name, std::string_view value) {
        begin(name);
        if (json::append_json_text(out_, value) == json::Encoding::refused) refused_ = true;
    }
    void integer(std::string_view name, std::int64_t value) {
        begin(name);
        if (value < 0 || value > json::kLargestInteger) refused_ = true;
        json::append_json_integer(out_, value);
    }
    void object(std::string_view name, std::map<std::string, std::string> const& members) {
        begin(name);
        Members inner;
        for (auto const& [key, value] : members) inner.text(key, value);
        refused_ = refused_ || inner.refused_;
        out_.append(inner.out_).append("}");
    }
    [[nodiscard]] Result<std::string> close() && {
        if (refused_) return fail(Errc::invalid, "a proposal is printable ASCII, times from 1970");
        out_.push_back('}');
        return std::move(out_);
    }

private:
    void begin(std::string_view name) {
        if (out_.size() > 1) out_.push_back(',');
        if (json::append_json_text(out_, name) == json::Encoding::refused) refused_ = true;
        out_.push_back(':');
    }

    std::string out_ = "{";
    bool refused_ = false;
};

std::optional<crypto::Sha256Digest> digest_in(json::Value object, std::string_view name) {
    auto const bytes = from_base64url(object.text_member(name).value_or(""));
    crypto::Sha256Digest digest{};
    if (!bytes || bytes->size() != digest.size()) return std::nullopt;
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

std::int64_t integer_in(json::Value object, std::string_view name) {
    auto const member = object.member(name);
    return member && member->is_number() ? member->integer().value_or(-1) : -1;
}

Result<Proposal> read(json::Value root) {
    Proposal proposal;
    auto const operation = operation_named(root.text_member("operation").value_or(""));
    if (!operation) return fail(Errc::invalid, "there is no such operation");
    proposal.operation = *operation;
    auto const parameters = root.member("parameters");
    if (!parameters || !parameters->is_object())
        return fail(Errc::invalid, "a proposal has parameters");
    for (auto const member : parameters->members()) {
        if (!member.value.is_string()) return fail(Errc::invalid, "parameters are texts");
        proposal.parameters.emplace(member.name(), member.value.text());
    }
    proposal.target = root.text_member("target").value_or("");
    proposal.reason = root.text_member("reason").value_or("");
    proposal.not_before = integer_in(root, "not_before");
    proposal.expires = integer_in(root, "expires");
    proposal.nonce = root.text_member("nonce").value_or("");
    proposal.instance = root.text_member("instance").value_or("");
    proposal.proposer = CustodianName(root.text_member("proposer").value_or(""));
    auto const custodians = digest_in(root, "custodians");
    auto const state = digest_in(root, "state");
    auto const nonce = from_base64url(proposal.nonce);
    if (!custodians || !state || !nonce || nonce->size() != kNonceBytes)
        return fail(Errc::invalid, "a hash or the nonce of the proposal is malformed");
    proposal.custodians = *custodians;
    proposal.state = *state;
    if (!is_custodian_name(proposal.proposer.text()) || proposal.target.empty() ||
        proposal.reason.empty() || proposal.reason.size() > kReasonBytes)
        return fail(Errc::invalid, "a proposal names its proposer, its target and a reason");
    return proposal;
}

}  // namespace

Result<std::string> to_text(Proposal const& proposal) {
    Members members;
    members.text("custodians", to_base64url(proposal.custodians));
    members.integer("expires", proposal.expires);
    members.text("instance", proposal.instance);
    members.text("nonce", proposal.nonce);
    members.integer("not_before", proposal.not_before);
    members.text("operation", name_of(proposal.operation).text());
    members.object("parameters", proposal.parameters);
    members.text("proposer", proposal.proposer.text());
    members.text("reason", proposal.reason);
    members.text("state", to_base64url(proposal.state));
    members.text("target", proposal.target);
    members.integer("v", 1);
    return std::move(members).close();
}

Result<Proposal> parse_proposal(std::string_view text) {
    if (text.size() > kProposalBytes) return fail(Errc::too_large, "the proposal is too large");
    json::Parser parser;
    SALUS_TRY(auto const document, parser.parse(std::string(text)));
    SALUS_TRY(auto proposal, read(document.root()));
    SALUS_TRY(auto const canonical, to_text(proposal));
    if (canonical != text) return fail(Errc::invalid, "the proposal is not in its canonical form");
    return proposal;
}

Bytes proposal_message(crypto::Sha256Digest const& proposal) {
    Bytes message;
    append(message, bytes_of("salus-proposal-v1"));
    append(message, proposal);
    return message;
}

}  // namespace salus::keys
