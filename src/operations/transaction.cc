// https://hl7.org/fhir/R4/http.html#transaction
#include "operations/transaction.h"

#include <unordered_set>

#include "operations/answers.h"
#include "operations/request_reader.h"
#include "operations/stage.h"

namespace salus::operations {
namespace {

struct Planned {
    std::string id;
    std::uint64_t version = 1;
};

// Every entry's id is known before any is staged, so that references between them can be rewritten.
Result<std::vector<Planned>> plan(Context const& context, request::Permit const& permit,
                                  fhir::ReferenceMap& references) {
    std::vector<Planned> planned;
    std::unordered_set<std::string> targets;
    for (std::size_t i = 0; i < permit.entries().size(); ++i) {
        auto const& facts = permit.entries()[i].facts();
        Planned item;
        if (facts.interaction == request::Interaction::create) {
            item.id = crypto::random_uuid(context.random);
        } else {
            item.id = RequestReader::id(facts.id);
            SALUS_TRY(auto const current, context.records.current(facts.type, item.id));
            if (facts.if_match && (!current || current->version != *facts.if_match)) {
                return fail(in_entry(
                    {Errc::precondition_failed, "If-Match does not name the current version"}, i));
            }
            if (current) item.version = current->version + 1;
        }
        auto const name = facts.type + "/" + item.id;
        if (!targets.insert(name).second) {
            return fail(in_entry(
                {Errc::invalid, "two entries of the transaction write the same resource"}, i));
        }
        if (!facts.full_url.empty()) references.emplace(facts.full_url, name);
        planned.push_back(std::move(item));
    }
    return planned;
}

request::EntryContent response_of(Context const& context, std::string_view type,
                                  Planned const& item, std::size_t position, WallTime when) {
    request::EntryContent content;
    content.type = type;
    content.decided_by = position;
    content.version = item.version;
    content.response_status = item.version == 1 ? "201 Created" : "200 OK";
    content.location = version_url(context, type, item.id, item.version);
    content.last_modified = when;
    return content;
}

// Leaves name one compartment each: entries of one compartment stand together.
void order_for_audit(std::vector<request::Touched>& touched) {
    std::ranges::sort(touched, {}, &request::Touched::compartment);
}

}  // namespace

Error in_entry(Error error, std::size_t position) {
    error.where.prepend_index(position);
    error.where.prepend("Bundle.entry");
    return error;
}

Result<request::Prepared> transaction(Context const& context, request::Permit const& permit) {
    fhir::ReferenceMap references;
    SALUS_TRY(auto const planned, plan(context, permit, references));
    auto const when = context.clock.now();
    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    prepared.batch.emplace();
    request::BundleContent bundle{.kind = request::BundleKind::transaction_response};
    bool named_versions = false;
    for (std::size_t i = 0; i < planned.size(); ++i) {
        auto const& facts = permit.entries()[i].facts();
        named_versions = named_versions || facts.if_match.has_value();
        Literal const action = planned[i].version == 1 ? Literal("create") : Literal("update");
        Staging const staging{*facts.resource, planned[i].id, planned[i].version,
                              action,          when,          references};
        auto staged = stage(context, staging);
        if (!staged) return fail(in_entry(std::move(staged).error(), i));
        bundle.entries.push_back(response_of(context, facts.type, planned[i], i, when));
        prepared.touched.push_back(std::move(staged->touched));
        prepared.batch->writes.push_back(std::move(staged->write));
    }
    order_for_audit(prepared.touched);
    if (named_versions) {
        prepared.conflict =
            Error{Errc::precondition_failed, "If-Match does not name the current version", {}};
    }
    if (planned.empty()) prepared.batch.reset();
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations
