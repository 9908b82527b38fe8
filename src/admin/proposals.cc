#include "admin/proposals.h"

#include <algorithm>

#include "admin/custodians.h"
#include "admin/documents.h"
#include "admin/key_state.h"
#include "admin/legal_holds.h"
#include "admin/package_reader.h"
#include "admin/request_content.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

constexpr auto kProposalClass = records::DocumentClass::key_governance;
constexpr std::string_view kProposalType = "key-proposal";
constexpr std::string_view kProposalListType = "key-proposals";
constexpr std::string_view kProposalListId = "all";
constexpr std::size_t kProposalsListed = 256;

struct ProposalList {
    std::vector<std::string> ids;
    std::uint64_t version = 0;
};

Result<ProposalList> read_list(KeysDesk const& desk) {
    SALUS_TRY(auto stored,
              read_document(desk.records, kProposalClass, kProposalListType, kProposalListId));
    ProposalList list;
    list.version = stored.version;
    if (stored.version == 0) return list;
    SALUS_TRY(auto const document, desk.parser.parse(std::move(stored.text)));
    for (auto const each : document.root().elements()) list.ids.push_back(each.text());
    return list;
}

// The oldest leaves the list when it is full, unless it is in execution; its document stays.
Result<void> add_to_list(request::Prepared& prepared, KeysDesk const& desk, std::string id) {
    SALUS_TRY(auto list, read_list(desk));
    if (list.ids.size() >= kProposalsListed) {
        SALUS_TRY(auto const oldest, stored_proposal(desk, list.ids.front()));
        if (oldest.record.phase == keys::ProposalPhase::begun)
            return fail(Errc::unavailable, "an older proposal is still in execution");
        list.ids.erase(list.ids.begin());
    }
    list.ids.push_back(std::move(id));
    std::string text;
    json::Writer writer(text);
    writer.begin_array();
    for (auto const& each : list.ids) writer.string(each);
    writer.end_array();
    return add_document(prepared, desk.records,
                        {.document_class = kProposalClass,
                         .type = std::string(kProposalListType),
                         .id = std::string(kProposalListId),
                         .version = list.version + 1,
                         .text = std::move(text)},
                        desk.clock.now());
}

void note_step(request::Exchange& exchange, keys::Proposal const& proposal,
               crypto::Sha256Digest const& hash) {
    exchange.facts.key_operation =
        audit::KeyOperation{.operation = name_of(proposal.operation),
                            .proposal = to_hex(hash),
                            .proposer = audit::CustodianName(proposal.proposer.text()),
                            .approvers = {},
                            .voter = {},
                            .decision = {}};
    exchange.facts.compartment = patient_of(proposal.operation, proposal.target);
}

std::vector<audit::CustodianName> names_for_record(std::vector<keys::CustodianName> const& names) {
    std::vector<audit::CustodianName> result;
    result.reserve(names.size());
    for (auto const& each : names) result.emplace_back(each.text());
    return result;
}

void write_approval(json::Writer& writer, StoredProposal const& stored,
                    keys::CustodianSet const& now) {
    auto const& record = stored.record;
    writer.key("ballots").begin_array();
    for (auto const& each : record.ballots) {
        writer.begin_object().key("ballot").raw(to_json(each.ballot));
        writer.key("received").integer(each.received).end_object();
    }
    writer.end_array();
    writer.key("custodians").string(record.custodians.empty() ? now.text() : record.custodians);
    writer.key("proposal").string(record.text);
    writer.key("signature").string(to_base64url(record.signature));
}

void write_summary(json::Writer& writer, StoredProposal const& stored,
                   keys::CustodianSet const& now) {
    auto const& proposal = stored.proposal;
    auto const tally = keys::Quorum::tally(stored.record, proposal, now);
    writer.key("id").string(stored.id());
    writer.key("operation").string(name_of(proposal.operation).text());
    writer.key("target").string(proposal.target);
    writer.key("proposer").string(proposal.proposer.text());
    writer.key("phase").string(name_of(stored.record.phase).text());
    writer.key("approvers").begin_array();
    for (auto const& each : tally.approvers) writer.string(each.text());
    writer.end_array();
    writer.key("vetoed").boolean(tally.vetoed);
    writer.key("expires").integer(proposal.expires);
}

std::string summary_of(StoredProposal const& stored, keys::CustodianSet const& now) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    write_summary(writer, stored, now);
    writer.end_object();
    return text;
}

Result<std::string> draft_text(KeysDesk const& desk, json::Value asked, keys::Proposal draft) {
    auto const set = asked.member("set");
    auto const patient = asked.text_member("patient");
    draft.target = asked.text_member("target").value_or("");
    if (draft.operation == keys::Operation::change_custodians) {
        if (!set) return fail(Errc::invalid, "the next set of custodians is missing");
        SALUS_TRY(auto const next, keys::CustodianSet::read(*set));
        draft.target = to_base64url(next.hash());
        draft.parameters.emplace("set", next.text());
    } else if (draft.operation == keys::Operation::erase_patient && patient) {
        draft.target = desk.records.addressing().patient_compartment(*patient).hex();
    }
    SALUS_TRY(draft.state, state_of(desk, draft.operation, draft.target));
    SALUS_TRY(auto text, to_text(draft));
    SALUS_TRY_VOID(keys::parse_proposal(text));
    return text;
}

std::int64_t integer_or(json::Value object, std::string_view name, std::int64_t otherwise) {
    auto const member = object.member(name);
    return member && member->is_number() ? member->integer().value_or(-1) : otherwise;
}

}  // namespace

Result<std::vector<std::string>> proposal_ids(KeysDesk const& desk) {
    SALUS_TRY(auto list, read_list(desk));
    return std::move(list.ids);
}

Result<StoredProposal> stored_proposal(KeysDesk const& desk, std::string_view id) {
    SALUS_TRY(auto document, read_document(desk.records, kProposalClass, kProposalType, id));
    if (document.version == 0) return fail(Errc::not_found, "there is no such proposal");
    StoredProposal stored;
    stored.version = document.version;
    SALUS_TRY(stored.record, keys::parse_proposal_record(std::move(document.text)));
    SALUS_TRY(stored.proposal, keys::parse_proposal(stored.record.text));
    if (stored.id() != id) return fail(Errc::corrupt, "a stored proposal is not what it is called");
    return stored;
}

Result<void> add_proposal_version(request::Prepared& prepared, KeysDesk const& desk,
                                  StoredProposal const& proposal) {
    return add_document(prepared, desk.records,
                        {.document_class = kProposalClass,
                         .type = std::string(kProposalType),
                         .id = proposal.id(),
                         .version = proposal.version + 1,
                         .text = to_json(proposal.record)},
                        desk.clock.now());
}

Result<request::Prepared> draft_proposal(KeysDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const custodians, require_custodians(desk));
    SALUS_TRY(auto const document, content_of(desk.parser, exchange));
    auto const asked = document.root();
    auto const operation = keys::operation_named(asked.text_member("operation").value_or(""));
    if (!operation) return fail(Errc::invalid, "there is no such operation");
    keys::Proposal draft;
    draft.operation = *operation;
    draft.reason = asked.text_member("reason").value_or("");
    draft.not_before = integer_or(asked, "not_before", desk.now());
    draft.expires = integer_or(asked, "expires", desk.now() + custodians.policy().lifetime);
    draft.nonce = crypto::random_id(desk.random);
    draft.instance = desk.instance();
    draft.proposer = keys::CustodianName(asked.text_member("proposer").value_or(""));
    draft.custodians = custodians.hash();
    SALUS_TRY(auto const text, draft_text(desk, asked, std::move(draft)));
    SALUS_TRY(auto const made, keys::parse_proposal(text));
    note_step(exchange, made, crypto::sha256(bytes_of(text)));
    std::string answer;
    json::Writer(answer).begin_object().key("proposal").string(text).end_object();
    return json_answer(std::move(answer));
}

Result<request::Prepared> add_proposal(KeysDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const custodians, require_custodians(desk));
    SALUS_TRY(auto const document, content_of(desk.parser, exchange));
    auto signature = from_base64url(document.root().text_member("signature").value_or(""));
    if (!signature) return fail(Errc::invalid, "a proposal comes with its signature");
    StoredProposal stored;
    stored.record.text = document.root().text_member("proposal").value_or("");
    stored.record.signature = *std::move(signature);
    stored.record.received = desk.now();
    SALUS_TRY(stored.proposal, keys::parse_proposal(stored.record.text));
    note_step(exchange, stored.proposal, stored.record.hash());
    SALUS_TRY(auto const state, state_of(desk, stored.proposal.operation, stored.proposal.target));
    SALUS_TRY_VOID(keys::Quorum::admit(stored.record, {.custodians = custodians,
                                                       .instance = desk.instance(),
                                                       .state = state,
                                                       .now = desk.now()}));
    SALUS_TRY(auto const before,
              read_document(desk.records, kProposalClass, kProposalType, stored.id()));
    if (before.version != 0) return fail(Errc::conflict, "the proposal was made already");
    auto prepared = json_answer(summary_of(stored, custodians), 201);
    SALUS_TRY_VOID(add_proposal_version(prepared, desk, stored));
    SALUS_TRY_VOID(add_to_list(prepared, desk, stored.id()));
    return prepared;
}

Result<request::Prepared> list_proposals(KeysDesk const& desk) {
    SALUS_TRY(auto const custodians, require_custodians(desk));
    SALUS_TRY(auto const ids, proposal_ids(desk));
    std::string answer;
    json::Writer writer(answer);
    writer.begin_object().key("proposals").begin_array();
    for (auto const& id : ids) {
        SALUS_TRY(auto const stored, stored_proposal(desk, id));
        writer.begin_object();
        write_summary(writer, stored, custodians);
        writer.end_object();
    }
    writer.end_array().end_object();
    return json_answer(std::move(answer));
}

Result<request::Prepared> show_proposal(KeysDesk const& desk, request::Permit const& permit) {
    SALUS_TRY(auto const custodians, require_custodians(desk));
    SALUS_TRY(auto const stored, stored_proposal(desk, PackageReader::view(permit.intent().id)));
    std::string answer;
    json::Writer writer(answer);
    writer.begin_object();
    write_summary(writer, stored, custodians);
    write_approval(writer, stored, custodians);
    if (!stored.record.result.empty()) writer.key("result").raw(stored.record.result);
    writer.end_object();
    return json_answer(std::move(answer));
}

Result<request::Prepared> add_ballot(KeysDesk const& desk, request::Exchange& exchange,
                                     request::Permit const& permit) {
    SALUS_TRY(auto const custodians, require_custodians(desk));
    SALUS_TRY(auto stored, stored_proposal(desk, PackageReader::view(permit.intent().id)));
    note_step(exchange, stored.proposal, stored.record.hash());
    SALUS_TRY(auto const document, content_of(desk.parser, exchange));
    SALUS_TRY(auto ballot, keys::read_ballot(document.root()));
    exchange.facts.key_operation->voter = audit::CustodianName(ballot.custodian.text());
    exchange.facts.key_operation->decision = name_of(ballot.decision);
    if (stored.record.phase != keys::ProposalPhase::open)
        return fail(Errc::conflict, "the proposal is no longer open");
    SALUS_TRY(auto const state, state_of(desk, stored.proposal.operation, stored.proposal.target));
    SALUS_TRY_VOID(keys::Quorum::admit(stored.record, ballot,
                                       {.custodians = custodians,
                                        .instance = desk.instance(),
                                        .state = state,
                                        .now = desk.now()}));
    stored.record.ballots.push_back({std::move(ballot), desk.now()});
    auto prepared = json_answer(summary_of(stored, custodians), 201);
    SALUS_TRY_VOID(add_proposal_version(prepared, desk, stored));
    return prepared;
}

Result<request::Prepared> execute_proposal(KeysDesk const& desk, request::Exchange& exchange,
                                           request::Permit const& permit) {
    SALUS_TRY(auto const now, stored_custodians(desk));
    if (!now.set) return fail(Errc::precondition_failed, "no custodians are appointed");
    SALUS_TRY(auto stored, stored_proposal(desk, PackageReader::view(permit.intent().id)));
    note_step(exchange, stored.proposal, stored.record.hash());
    if (stored.record.phase != keys::ProposalPhase::open)
        return fail(Errc::conflict, "the proposal was executed before");
    SALUS_TRY(auto const state, state_of(desk, stored.proposal.operation, stored.proposal.target));
    SALUS_TRY(auto const approval,
              keys::Quorum::approve(stored.record, {.custodians = *now.set,
                                                    .instance = desk.instance(),
                                                    .state = state,
                                                    .now = desk.now()}));
    exchange.facts.key_operation->approvers = names_for_record(approval.approvers());
    stored.record.custodians = now.set->text();
    stored.record.phase = keys::ProposalPhase::executed;
    request::Prepared prepared = json_answer({});
    switch (approval.operation()) {
        case keys::Operation::change_custodians:
            SALUS_TRY_VOID(change_custodians(prepared, desk, approval, now));
            break;
        case keys::Operation::release_hold:
            SALUS_TRY_VOID(release_hold(prepared, desk, approval));
            break;
        case keys::Operation::erase_patient:
        case keys::Operation::rotate_root:
        case keys::Operation::prune_audit:
            if (desk.executor == nullptr)
                return fail(Errc::not_supported, "this operation cannot be executed here");
            stored.record.phase = keys::ProposalPhase::begun;
            prepared.status = 202;
            prepared.after_commit = [executor = desk.executor] { executor->wake(); };
            break;
    }
    SALUS_TRY_VOID(add_proposal_version(prepared, desk, stored));
    prepared.content = request::PlainContent{summary_of(stored, *now.set)};
    return prepared;
}

}  // namespace salus::admin
