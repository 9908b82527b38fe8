#include "keys/dual_control/ballot.h"

#include <algorithm>
#include <optional>

#include "json/writer.h"

namespace salus::keys {
namespace {

std::optional<Decision> decision_named(std::string_view name) {
    for (auto const decision : {Decision::approve, Decision::veto}) {
        if (name_of(decision).text() == name) return decision;
    }
    return std::nullopt;
}

}  // namespace

Literal name_of(Decision decision) noexcept {
    switch (decision) {
        case Decision::approve: return "approve";
        case Decision::veto: return "veto";
    }
    return "veto";
}

Bytes ballot_message(crypto::Sha256Digest const& proposal, Decision decision) {
    Bytes message;
    append(message, bytes_of("salus-ballot-v1"));
    append(message, proposal);
    append(message, bytes_of(name_of(decision).text()));
    return message;
}

bool is_signed_by(Ballot const& ballot, Custodian const& custodian) {
    return ballot.custodian == custodian.name &&
           custodian.key.verify(signature_algorithm(custodian.key),
                                ballot_message(ballot.proposal, ballot.decision), ballot.signature);
}

std::string to_json(Ballot const& ballot) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("custodian").string(ballot.custodian.text());
    writer.key("decision").string(name_of(ballot.decision).text());
    writer.key("proposal").string(to_base64url(ballot.proposal));
    writer.key("signature").string(to_base64url(ballot.signature));
    writer.end_object();
    return out;
}

Result<Ballot> read_ballot(json::Value value) {
    auto const name = value.text_member("custodian").value_or("");
    auto const decision = decision_named(value.text_member("decision").value_or(""));
    auto const proposal = from_base64url(value.text_member("proposal").value_or(""));
    auto signature = from_base64url(value.text_member("signature").value_or(""));
    Ballot ballot;
    if (!is_custodian_name(name) || !decision || !proposal ||
        proposal->size() != ballot.proposal.size() || !signature)
        return fail(Errc::invalid, "a ballot has custodian, decision, proposal and signature");
    std::ranges::copy(*proposal, ballot.proposal.begin());
    ballot.custodian = CustodianName(name);
    ballot.decision = *decision;
    ballot.signature = *std::move(signature);
    return ballot;
}

}  // namespace salus::keys
