#include "keys/dual_control/proposal_record.h"

#include <optional>

#include "json/writer.h"

namespace salus::keys {
namespace {

std::optional<ProposalPhase> phase_named(std::string_view name) {
    for (auto const phase : {ProposalPhase::open, ProposalPhase::begun, ProposalPhase::executed}) {
        if (name_of(phase).text() == name) return phase;
    }
    return std::nullopt;
}

std::optional<std::int64_t> stored_integer(json::Value object, std::string_view name) {
    auto const member = object.member(name);
    return member && member->is_number() ? member->integer() : std::nullopt;
}

Result<std::vector<ReceivedBallot>> read_ballots(json::Value list) {
    std::vector<ReceivedBallot> ballots;
    for (auto const each : list.elements()) {
        auto const value = each.member("ballot");
        auto const received = stored_integer(each, "received");
        if (!value || !received) return fail(Errc::corrupt, "a stored ballot cannot be read");
        SALUS_TRY(auto ballot, read_ballot(*value));
        ballots.push_back({std::move(ballot), *received});
    }
    return ballots;
}

}  // namespace

Literal name_of(ProposalPhase phase) noexcept {
    switch (phase) {
        case ProposalPhase::open: return "open";
        case ProposalPhase::begun: return "begun";
        case ProposalPhase::executed: return "executed";
    }
    return "executed";
}

std::string to_json(ProposalRecord const& record) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("ballots").begin_array();
    for (auto const& each : record.ballots) {
        writer.begin_object().key("ballot").raw(to_json(each.ballot));
        writer.key("received").integer(each.received).end_object();
    }
    writer.end_array();
    if (!record.custodians.empty()) writer.key("custodians").string(record.custodians);
    writer.key("phase").string(name_of(record.phase).text());
    writer.key("proposal").string(record.text);
    writer.key("received").integer(record.received);
    if (!record.result.empty()) writer.key("result").string(record.result);
    writer.key("signature").string(to_base64url(record.signature));
    writer.end_object();
    return out;
}

Result<ProposalRecord> parse_proposal_record(std::string text) {
    json::Parser parser;
    SALUS_TRY(auto const document, parser.parse(std::move(text)));
    auto const root = document.root();
    auto const ballots = root.member("ballots");
    auto const phase = phase_named(root.text_member("phase").value_or(""));
    auto const received = stored_integer(root, "received");
    auto signature = from_base64url(root.text_member("signature").value_or(""));
    if (!ballots || !ballots->is_array() || !phase || !received || !signature)
        return fail(Errc::corrupt, "a stored proposal cannot be read");
    ProposalRecord record;
    SALUS_TRY(record.ballots, read_ballots(*ballots));
    record.text = root.text_member("proposal").value_or("");
    record.signature = *std::move(signature);
    record.received = *received;
    record.phase = *phase;
    record.custodians = root.text_member("custodians").value_or("");
    record.result = root.text_member("result").value_or("");
    return record;
}

}  // namespace salus::keys
