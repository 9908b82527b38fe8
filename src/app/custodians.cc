// `salus keys`: people who decide together about keys, their proposals and ballots.
#include "app/administration.h"
#include "app/commands.h"
#include "app/custodian_key.h"
#include "app/terminal.h"
#include "foundation/file.h"
#include "json/writer.h"
#include "keys/dual_control/quorum.h"

namespace salus::app {
namespace {

constexpr char const* kProposals = "/admin/keys/proposals";
constexpr char const* kRead = "admin/keys.read";
constexpr char const* kWrite = "admin/keys.write";

int fail_with(std::string_view what, Error const& error) {
    say_problem(std::string(what) + ": " + std::string(error.why.text()));
    return kFailed;
}

int show(std::optional<std::string> const& answer) {
    if (!answer) return kFailed;
    say(json::pretty(*answer));
    return kDone;
}

std::optional<std::string> member_of(std::string const& answer, std::string_view name) {
    json::Parser parser;
    auto const document = parser.parse(answer);
    return document ? document->root().text_member(name) : std::nullopt;
}

// What is about to be signed, read from its own text.
void show_proposal(keys::Proposal const& proposal, std::string_view text) {
    auto const time = [](std::int64_t seconds) {
        return to_instant(WallTime(std::chrono::seconds(seconds)));
    };
    say("operation    " + std::string(name_of(proposal.operation).text()));
    say("target       " + proposal.target);
    for (auto const& [name, value] : proposal.parameters)
        say(std::string("parameter    ").append(name).append(" ").append(value));
    say("reason       " + proposal.reason);
    say("proposer     " + proposal.proposer.text());
    say("instance     " + proposal.instance);
    say("not before   " + time(proposal.not_before));
    say("expires      " + time(proposal.expires));
    say("custodians   " + to_base64url(proposal.custodians));
    say("state        " + to_base64url(proposal.state));
    say("SHA-256      " + to_hex(crypto::sha256(bytes_of(text))));
}

Result<std::string> draft_request(ProposeOptions const& options) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("operation").string(options.operation);
    writer.key("proposer").string(options.custodian).key("reason").string(options.reason);
    if (!options.target.empty()) writer.key("target").string(options.target);
    if (!options.patient.empty()) writer.key("patient").string(options.patient);
    if (!options.set_file.empty()) {
        SALUS_TRY(auto const bytes, read_file(options.set_file, keys::kCustodianSetBytes));
        SALUS_TRY(auto const set, keys::CustodianSet::parse(std::string(text_of(bytes))));
        writer.key("set").raw(set.text());
    }
    writer.end_object();
    return text;
}

// The proposal must be what was asked for, whatever the server says.
bool is_as_asked(keys::Proposal const& proposal, ProposeOptions const& options) {
    return name_of(proposal.operation).text() == options.operation &&
           proposal.reason == options.reason && proposal.proposer.text() == options.custodian &&
           (options.target.empty() || proposal.target == options.target);
}

// The patient's compartment, as the server names it in a draft that nobody signs.
std::optional<std::string> target_of_patient(AdministrationOptions const& administration,
                                             std::string const& patient,
                                             std::string const& custodian) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("operation").string("erase-patient").key("patient").string(patient);
    writer.key("proposer").string(custodian).key("reason").string("to compare").end_object();
    auto const answer = administration_answer(administration, {.method = http::Method::post,
                                                               .path = "/admin/keys/drafts",
                                                               .scope = kRead,
                                                               .body = std::move(body)});
    auto const text = answer ? member_of(*answer, "proposal") : std::nullopt;
    auto const draft = text ? keys::parse_proposal(*text)
                            : Result<keys::Proposal>(fail(Errc::invalid, "no draft"));
    if (!draft) return std::nullopt;
    return draft->target;
}

}  // namespace

int custodian_key(CustodianKeyOptions const& options) {
    auto const key = make_custodian_key(options.key_file);
    if (!key) return fail_with(options.key_file.string(), key.error());
    std::string line;
    json::Writer writer(line);
    writer.begin_object().key("key").string(*key).key("name").string(options.name);
    writer.key("role").string(options.role).end_object();
    say(line);
    return kDone;
}

int custodians(CustodiansOptions const& options) {
    if (options.set_file.empty())
        return show(administration_answer(
            options.administration,
            {.method = http::Method::get, .path = "/admin/keys/custodians", .scope = kRead}));
    auto const bytes = read_file(options.set_file, keys::kCustodianSetBytes);
    if (!bytes) return fail_with(options.set_file.string(), bytes.error());
    auto const set = keys::CustodianSet::parse(std::string(text_of(*bytes)));
    if (!set) return fail_with(options.set_file.string(), set.error());
    return show(administration_answer(options.administration, {.method = http::Method::post,
                                                               .path = "/admin/keys/custodians",
                                                               .scope = kWrite,
                                                               .body = set->text()}));
}

int propose(ProposeOptions const& options) {
    auto const key = read_custodian_key(options.custodian_key);
    if (!key) return fail_with(options.custodian_key.string(), key.error());
    auto request = draft_request(options);
    if (!request) return fail_with(options.set_file.string(), request.error());
    auto const draft = administration_answer(options.administration, {.method = http::Method::post,
                                                                      .path = "/admin/keys/drafts",
                                                                      .scope = kRead,
                                                                      .body = *std::move(request)});
    if (!draft) return kFailed;
    auto const text = member_of(*draft, "proposal").value_or("");
    auto const proposal = keys::parse_proposal(text);
    if (!proposal) return fail_with("the draft", proposal.error());
    show_proposal(*proposal, text);
    if (!is_as_asked(*proposal, options)) {
        say_problem("the draft is not what was asked for; it is not signed");
        return kFailed;
    }
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("proposal").string(text);
    auto const message = keys::proposal_message(crypto::sha256(bytes_of(text)));
    writer.key("signature").string(to_base64url(key->sign(message))).end_object();
    return show(administration_answer(options.administration, {.method = http::Method::post,
                                                               .path = kProposals,
                                                               .scope = kWrite,
                                                               .body = std::move(body)}));
}

int proposals(ProposalOptions const& options) {
    auto const path = options.id.empty() ? std::string() : "/" + options.id;
    return show(administration_answer(
        options.administration,
        {.method = http::Method::get, .path = kProposals + path, .scope = kRead}));
}

int vote(VoteOptions const& options) {
    auto const key = read_custodian_key(options.custodian_key);
    if (!key) return fail_with(options.custodian_key.string(), key.error());
    auto const answer = administration_answer(
        options.administration,
        {.method = http::Method::get, .path = kProposals + ("/" + options.id), .scope = kRead});
    if (!answer) return kFailed;
    auto const text = member_of(*answer, "proposal").value_or("");
    auto const proposal = keys::parse_proposal(text);
    if (!proposal) return fail_with("the proposal", proposal.error());
    show_proposal(*proposal, text);
    keys::Ballot ballot{.proposal = crypto::sha256(bytes_of(text)),
                        .custodian = keys::CustodianName(options.custodian),
                        .decision = options.decision,
                        .signature = {}};
    if (to_hex(ballot.proposal) != options.id) {
        say_problem("the server's proposal is another than the one named; it is not signed");
        return kFailed;
    }
    if (!options.patient.empty() && target_of_patient(options.administration, options.patient,
                                                      options.custodian) != proposal->target) {
        say_problem("the proposal is about another patient; it is not signed");
        return kFailed;
    }
    ballot.signature = key->sign(keys::ballot_message(ballot.proposal, ballot.decision));
    return show(administration_answer(options.administration,
                                      {.method = http::Method::post,
                                       .path = kProposals + ("/" + options.id + "/ballots"),
                                       .scope = kWrite,
                                       .body = to_json(ballot)}));
}

int execute(ProposalOptions const& options) {
    return show(administration_answer(options.administration,
                                      {.method = http::Method::post,
                                       .path = kProposals + ("/" + options.id + "/execute"),
                                       .scope = kWrite}));
}

int hold(HoldOptions const& options) {
    if (options.patient.empty() && !options.whole_tenant)
        return show(administration_answer(
            options.administration,
            {.method = http::Method::get, .path = "/admin/keys/holds", .scope = kRead}));
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    if (options.whole_tenant) {
        writer.key("tenant").boolean(true);
    } else {
        writer.key("patient").string(options.patient);
    }
    writer.key("reason").string(options.reason).end_object();
    return show(administration_answer(options.administration, {.method = http::Method::post,
                                                               .path = "/admin/keys/holds",
                                                               .scope = kWrite,
                                                               .body = std::move(body)}));
}

}  // namespace salus::app
