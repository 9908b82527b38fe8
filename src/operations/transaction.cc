// https://hl7.org/fhir/R4/http.html#transaction
#include "operations/transaction.h"

#include <algorithm>

#include "fhir/compartment.h"
#include "fhir/operation_outcome.h"
#include "operations/answers.h"
#include "operations/patch.h"
#include "operations/request_reader.h"
#include "operations/transaction_plan.h"
#include "operations/written.h"

namespace salus::operations {
namespace {

request::EntryContent response_of(Context const& context, std::string_view type,
                                  std::string_view id, std::uint64_t version, WallTime when) {
    request::EntryContent content;
    content.type = type;
    content.version = version;
    content.response_status = version == 1 ? "201 Created" : "200 OK";
    content.location = version_url(context, type, id, version);
    content.last_modified = when;
    return content;
}

// Leaves name one compartment each: entries of one compartment stand together.
void order_for_audit(std::vector<request::Touched>& touched) {
    std::ranges::sort(touched, {}, &request::Touched::compartment);
}

// An entry of the bundle, and not the search of a conditional reference.
bool is_answered(request::Intent const& entry) {
    return entry.facts().reference.empty();
}

bool is_about_records(request::IntentFacts const& facts) {
    auto const* type = fhir::find_resource_type(facts.type);
    return type != nullptr && fhir::is_about_records(*type);
}

// Stages one entry after the other into what the whole prepares.
class Performance {
public:
    Performance(Context const& context, request::Permit const& permit, Plan& plan)
        : context_(context), permit_(permit), plan_(plan), when_(context.clock.now()) {
        prepared_.headers.set("Content-Type", kFhirJson);
        prepared_.batch.emplace();
        // Behind the entries stand the searches of conditional references.
        auto const answered = std::ranges::count_if(permit.entries(), is_answered);
        bundle_.entries.resize(static_cast<std::size_t>(answered));
    }

    Result<void> entry(std::size_t position) {
        auto const& facts = permit_.entries()[position].facts();
        auto& planned = plan_.entries[position];
        if (planned.guard) prepared_.batch->writes.push_back(*std::move(planned.guard));
        SALUS_TRY(auto content, perform(position, facts, planned));
        content.decided_by = position;
        if (permit_.intent().preference == request::Preference::operation_outcome) {
            content.outcome = EphiText(fhir::operation_outcome_success("the entry is done"));
        }
        if (permit_.intent().preference != request::Preference::representation) {
            content.text = EphiText();
        }
        bundle_.entries[position] = std::move(content);
        return {};
    }

    request::Prepared finish() && {
        order_for_audit(prepared_.touched);
        order_for_audit(prepared_.consulted);
        if (plan_.names_versions) {
            prepared_.conflict =
                Error{Errc::precondition_failed, "If-Match does not name the current version", {}};
        }
        if (prepared_.batch->writes.empty()) {
            prepared_.batch.reset();
            std::ranges::move(prepared_.consulted, std::back_inserter(prepared_.touched));
            prepared_.consulted.clear();
        }
        prepared_.content = std::move(bundle_);
        return std::move(prepared_);
    }

private:
    Result<request::EntryContent> perform(std::size_t position, request::IntentFacts const& facts,
                                          Planned const& planned) {
        switch (planned.act) {
            case Act::read: return request::EntryContent();
            case Act::none: return untouched(facts, planned);
            case Act::erase: return erase(facts, planned);
            case Act::patch: return patch(position, facts, planned);
            case Act::create:
            case Act::update: return write(facts, planned, *facts.resource);
        }
        return fail(Errc::internal, "an entry of the transaction was not planned");
    }

    // A conditional create whose resource stands already, a deletion of what is not there.
    Result<request::EntryContent> untouched(request::IntentFacts const& facts,
                                            Planned const& planned) {
        request::EntryContent content;
        content.response_status = "204 No Content";
        if (facts.interaction != request::Interaction::create) return content;
        SALUS_TRY(auto document,
                  context_.records.get(request::Interaction::search_type, facts.type, planned.id));
        if (!document || document->state != store::VersionState::live) {
            return fail(Errc::conflict, "the resource was changed by another request");
        }
        prepared_.consulted.push_back(touched_by_reading(context_, facts.type, *document));
        content = response_of(context_, facts.type, planned.id, document->version,
                              document->last_updated);
        content.response_status = "200 OK";
        content.text = std::move(document->text);
        return content;
    }

    Result<request::EntryContent> erase(request::IntentFacts const& facts, Planned const& planned) {
        SALUS_TRY(auto staged, stage_deletion(context_, facts.type, planned.id, *planned.current));
        request::EntryContent content;
        content.response_status = "204 No Content";
        content.version = staged.write.version;
        add(std::move(staged));
        return content;
    }

    Result<request::EntryContent> patch(std::size_t position, request::IntentFacts const& facts,
                                        Planned const& planned) {
        SALUS_TRY(auto const document,
                  context_.records.get(facts.interaction, facts.type, planned.id));
        if (!document || document->version != planned.current->version) {
            return fail(Errc::conflict, "the resource was changed by another request");
        }
        SALUS_TRY(auto const resource,
                  patched(context_, facts, permit_.elements_of_entry(position), *document));
        return write(facts, planned, resource.view());
    }

    Result<request::EntryContent> write(request::IntentFacts const& facts, Planned const& planned,
                                        fhir::ResourceView resource) {
        auto const version = planned.current ? planned.current->version + 1 : 1;
        Literal const action = version == 1 ? Literal("create") : Literal("update");
        Staging const staging{facts.interaction,
                              resource,
                              planned.id,
                              version,
                              action,
                              when_,
                              plan_.references,
                              permit_.caller().facts(),
                              &written_};
        SALUS_TRY(auto staged, stage(context_, staging));
        SALUS_TRY_VOID(check_bound(permit_, staged));
        auto content = response_of(context_, facts.type, planned.id, version, when_);
        content.text = std::move(staged.text);
        written_.emplace(facts.type + "/" + planned.id, staged.touched.compartment);
        add(std::move(staged));
        return content;
    }

    void add(Staged staged) {
        prepared_.touched.push_back(std::move(staged.touched));
        prepared_.batch->writes.push_back(std::move(staged.write));
    }

    Context const& context_;
    request::Permit const& permit_;
    Plan& plan_;
    WrittenPlaces written_;
    WallTime when_;
    request::Prepared prepared_;
    request::BundleContent bundle_{.kind = request::BundleKind::transaction_response};
};

}  // namespace

Error in_entry(Error error, std::size_t position) {
    error.where.prepend_index(position);
    error.where.prepend("Bundle.entry");
    return error;
}

Result<request::Prepared> transaction(Context const& context, request::Permit const& permit) {
    SALUS_TRY(auto plan, plan_transaction(context, permit));
    Performance performance(context, permit, plan);
    // What is about records comes last: where these stand tells where it stands.
    for (bool const about_records : {false, true}) {
        for (std::size_t i = 0; i < permit.entries().size(); ++i) {
            auto const& entry = permit.entries()[i];
            if (!is_answered(entry) || is_about_records(entry.facts()) != about_records) continue;
            if (auto done = performance.entry(i); !done) {
                return fail(in_entry(std::move(done).error(), i));
            }
        }
    }
    return std::move(performance).finish();
}

}  // namespace salus::operations
