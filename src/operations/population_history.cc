// https://hl7.org/fhir/R4/http.html#history
#include "operations/population_history.h"

#include <map>

#include "operations/answers.h"
#include "operations/continuation.h"
#include "operations/history_entry.h"
#include "operations/parameters.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

constexpr std::size_t kChunk = 200;

struct Version {
    records::ResourceName name;
    records::StoredDocument document;
};

struct Page {
    std::vector<Version> versions;
    std::uint64_t before = 0;  // the next page begins below this place; 0: there is none
};

// Walks all versions from the last committed one.
class Walk {
public:
    Walk(Context const& context, request::Permit const& permit)
        : context_(context), permit_(permit) {}

    Result<Page> page(std::uint64_t before) {
        auto const& intent = permit_.intent();
        auto const count = intent.count == 0 ? limits::kPageSize : intent.count;
        Page page;
        for (std::size_t looked = 0; looked < limits::kHistoryScan;) {
            SALUS_TRY(auto const chunk, context_.records.committed(before, kChunk));
            for (auto const& committed : chunk) {
                SALUS_TRY(auto version, open(committed));
                if (version && is_over(version->document)) return page;
                SALUS_TRY(bool const shown, version ? shows(*version) : Result<bool>(false));
                if (shown && page.versions.size() == count) {
                    page.before = before;
                    return page;
                }
                if (shown) page.versions.push_back(*std::move(version));
                before = committed.sequence;
            }
            looked += chunk.size();
            if (chunk.size() < kChunk) return page;
        }
        page.before = before;
        return page;
    }

private:
    // Nothing for what is no resource.
    Result<std::optional<Version>> open(store::Committed const& committed) {
        if (committed.compartment == context_.records.addressing().identity_compartment())
            return std::nullopt;
        SALUS_TRY(auto const* name, name_at(committed.address));
        if (name == nullptr) return std::nullopt;
        SALUS_TRY(auto document,
                  context_.records.get_version(permit_.intent().interaction, name->type, name->id,
                                               committed.version));
        // Out of reach, or erased since the place was read.
        if (!document) return std::nullopt;
        return Version{*name, *std::move(document)};
    }

    // Several versions of a resource stand close to each other.
    Result<records::ResourceName const*> name_at(Address const& address) {
        auto found = names_.find(address);
        if (found == names_.end()) {
            SALUS_TRY(auto name, context_.records.name_at(address));
            found = names_.emplace(address, std::move(name)).first;
        }
        return found->second ? &*found->second : nullptr;
    }

    // Times follow the commits but for the time that a write takes to be committed.
    [[nodiscard]] bool is_over(records::StoredDocument const& document) const {
        auto const& since = permit_.intent().since;
        return since && document.last_updated + limits::kCommitDelay < *since;
    }

    Result<bool> shows(Version const& version) {
        auto const& intent = permit_.intent();
        bool const of_type = intent.interaction == request::Interaction::history_type
                                 ? version.name.type == intent.type
                                 : permit_.elements_of_type(version.name.type) != nullptr;
        if (!of_type) return false;
        if (intent.since) return version.document.last_updated >= *intent.since;
        return intent.at ? was_current(version, *intent.at) : Result<bool>(true);
    }

    // From its own time until the next version's.
    Result<bool> was_current(Version const& version, fhir::TimeRange const& at) {
        auto const& [name, document] = version;
        if (document.last_updated.time_since_epoch().count() >= at.end) return false;
        SALUS_TRY(auto const next,
                  context_.records.get_version(permit_.intent().interaction, name.type, name.id,
                                               document.version + 1));
        return !next || next->last_updated.time_since_epoch().count() > at.start;
    }

    Context const& context_;
    request::Permit const& permit_;
    std::map<Address, std::optional<records::ResourceName>> names_;
};

std::string history_url(Context const& context, request::IntentFacts const& intent) {
    auto url = context.tenant.fhir_base();
    if (!intent.type.empty()) url.append("/").append(intent.type);
    return url.append("/_history");
}

}  // namespace

Result<request::Prepared> population_history(Context const& context,
                                             request::Permit const& permit) {
    auto const& intent = permit.intent();
    if (permit.reach() != request::Reach::population)
        return fail(Errc::forbidden, "the history is too broad: name one resource");
    auto const position = RequestReader::id(intent.position);
    std::uint64_t before = 0;
    if (!position.empty()) {
        SALUS_TRY(before, parse_number(position));
    }
    SALUS_TRY(auto page, Walk(context, permit).page(before));

    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::history};
    auto const query = std::string(RequestReader::id(intent.query_text));
    auto const url = history_url(context, intent);
    bundle.self_link = EphiText(query.empty() ? url : url + "?" + query);
    if (page.before != 0) {
        Continuation const rest{"history", intent.type, {}, query, std::to_string(page.before)};
        SALUS_TRY(auto const cursor, context.records.sealing().seal_cursor(
                                         permit.caller().facts().client, encode(rest)));
        bundle.next_link = url + "?_cursor=" + cursor;
    }
    for (auto& [name, document] : page.versions) {
        prepared.touched.push_back(touched_by_reading(context, name.type, document));
        bundle.entries.push_back(history_entry(context, name.type, name.id, std::move(document)));
    }
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations
