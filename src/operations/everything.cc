// https://hl7.org/fhir/R4/patient-operation-everything.html
#include "operations/everything.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "fhir/reference.h"
#include "fhir/search_order.h"
#include "operations/answers.h"
#include "operations/continuation.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

// The search parameters that tell when care was given, the most telling first.
constexpr std::array<std::string_view, 12> kCareDates{
    "date",           "onset-date",     "occurrence",    "authoredon",
    "effective-time", "whenhandedover", "recorded-date", "asserted-date",
    "started",        "period",         "created",       "issued"};

struct Item {
    std::string name;  // Type/id: the order of the pages
    fhir::SearchMatch match;

    [[nodiscard]] std::string_view type() const noexcept { return match.type().name.text(); }
};

bool overlaps(fhir::SearchMatch const& match, fhir::TimeRange const& care) {
    for (auto const name : kCareDates) {
        auto const* parameter = fhir::find_search_parameter(match.type(), name);
        if (parameter == nullptr) continue;
        auto dates = match.table->column(*parameter, fhir::ColumnSide::values).find(match.row);
        if (!dates || dates->type() != fhir::ParameterType::date || dates->left() == 0) continue;
        while (dates->left() > 0) {
            auto const range = dates->date();
            if (range.start < care.end && range.end > care.start) return true;
        }
        return false;
    }
    return true;
}

bool belongs(request::Permit const& permit, fhir::SearchMatch const& match) {
    auto const& intent = permit.intent();
    auto const type = match.type().name.text();
    auto const* allowed = permit.elements_of_type(type);
    if (allowed == nullptr) return false;
    auto const updated = match.table->last_updated(match.row);
    if (intent.since && updated < intent.since->time_since_epoch().count()) return false;
    // By a date that may be withheld nothing is filtered (invariant 6).
    return !intent.care || !allowed->all || type == "Patient" || overlaps(match, *intent.care);
}

// The patient first, then by type and id.
std::vector<Item> items_of(request::Permit const& permit, records::CompartmentIndex const& index) {
    auto const patient = "Patient/" + std::string(RequestReader::id(permit.intent().id));
    std::vector<Item> items;
    for (auto const& table : index.tables()) {
        for (auto const row : table.rows()) {
            fhir::SearchMatch const match{&table, row};
            if (!belongs(permit, match)) continue;
            auto name = std::string(match.type().name.text()) + "/" + std::string(match.id());
            items.push_back({std::move(name), match});
        }
    }
    std::ranges::sort(items, [&](Item const& a, Item const& b) {
        if ((a.name == patient) != (b.name == patient)) return a.name == patient;
        return a.name < b.name;
    });
    return items;
}

// Behind the last one of the page before, wherever that one is now.
std::size_t page_start(std::vector<Item> const& items, std::string_view patient,
                       std::string_view last) {
    if (last.empty()) return 0;
    if (last == patient) return !items.empty() && items.front().name == patient ? 1 : 0;
    auto const behind = std::ranges::find_if(
        items, [&](Item const& item) { return item.name != patient && item.name > last; });
    return static_cast<std::size_t>(behind - items.begin());
}

// Collects what the shown elements of resources refer to.
class Supporting {
public:
    Supporting(Context const& context, request::Permit const& permit)
        : context_(context), permit_(permit) {}

    Result<void> add_of(std::string_view type, EphiText const& text) {
        SALUS_TRY(auto const resource, fhir::Reader::index(text.clone(), context_.parser));
        auto const* allowed = permit_.elements_of_type(type);
        for (auto const member : RequestReader::root(resource.view()).members()) {
            if (allowed != nullptr && allowed->contains(member.name())) walk(member.value);
        }
        return {};
    }
    [[nodiscard]] std::vector<std::string> const& names() const noexcept { return names_; }

private:
    void walk(json::Value value) {
        if (value.is_array()) {
            for (auto const element : value.elements()) walk(element);
        } else if (value.is_object()) {
            for (auto const member : value.members()) walk(member.value);
            if (auto const text = value.text_member("reference")) add(*text);
        }
    }
    void add(std::string_view text) {
        auto const base = context_.tenant.fhir_base() + "/";
        if (text.starts_with(base)) text.remove_prefix(base.size());
        auto const local = fhir::parse_local_reference(text);
        if (!local || names_.size() == limits::kSupportingResources) return;
        if (permit_.elements_of_type(local->type->name.text()) == nullptr) return;
        auto name = std::string(local->type->name.text()) + "/" + std::string(local->id);
        if (seen_.insert(name).second) names_.push_back(std::move(name));
    }

    Context const& context_;
    request::Permit const& permit_;
    std::unordered_set<std::string> seen_;
    std::vector<std::string> names_;
};

void add_entry(Context const& context, std::string_view name, Literal mode,
               records::StoredDocument document, request::Prepared& prepared,
               request::BundleContent& bundle) {
    auto const type = name.substr(0, name.find('/'));
    prepared.touched.push_back(touched_by_reading(context, type, document));
    request::EntryContent entry;
    entry.full_url = context.tenant.fhir_base() + "/" + std::string(name);
    entry.type = type;
    entry.text = std::move(document.text);
    entry.version = document.version;
    entry.included = mode == "include";
    bundle.entries.push_back(std::move(entry));
}

// `interaction`: what showing it amounts to.
Result<std::optional<records::StoredDocument>> live(Context const& context,
                                                    request::Interaction interaction,
                                                    std::string_view name,
                                                    CompartmentId const& compartment) {
    auto const slash = name.find('/');
    SALUS_TRY(auto document,
              context.records.get(interaction, name.substr(0, slash), name.substr(slash + 1)));
    bool const there = document && document->state == store::VersionState::live &&
                       document->compartment == compartment;
    if (!there) return std::optional<records::StoredDocument>();
    return document;
}

Result<void> check_patient(Context const& context, request::IntentFacts const& intent) {
    SALUS_TRY(auto const current,
              context.records.current(intent.interaction, "Patient", RequestReader::id(intent.id)));
    if (!current) return fail(Errc::not_found, "no such resource");
    if (current->state == store::VersionState::deleted) {
        return fail(Errc::gone, "the resource was deleted");
    }
    return {};
}

Result<void> add_page(Context const& context, request::Permit const& permit,
                      CompartmentId const& compartment, std::span<Item const> page,
                      request::Prepared& prepared, request::BundleContent& bundle) {
    Supporting supporting(context, permit);
    for (auto const& item : page) {
        SALUS_TRY(auto document,
                  live(context, request::Interaction::search_type, item.name, compartment));
        if (!document) continue;
        SALUS_TRY_VOID(supporting.add_of(item.type(), document->text));
        add_entry(context, item.name, "match", *std::move(document), prepared, bundle);
    }
    // Of other patients nothing comes along: only what stands in no patient's compartment.
    auto const shared = context.records.addressing().shared_compartment();
    for (auto const& name : supporting.names()) {
        SALUS_TRY(auto document, live(context, request::Interaction::read, name, shared));
        if (document) add_entry(context, name, "include", *std::move(document), prepared, bundle);
    }
    return {};
}

}  // namespace

Result<request::Prepared> everything(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY_VOID(check_patient(context, intent));
    SALUS_TRY(auto const index,
              context.records.index(request::Interaction::search_type, *intent.compartment,
                                    context.loaded_parameters()));
    auto const items = items_of(permit, *index);
    auto const id = std::string(RequestReader::id(intent.id));
    auto const count = intent.count == 0 ? limits::kPageSize : intent.count;
    auto const begin = page_start(items, "Patient/" + id, RequestReader::id(intent.position));
    auto const end = std::min(begin + count, items.size());

    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::searchset};
    bundle.total = items.size();
    auto const url = context.tenant.fhir_base() + "/Patient/" + id + "/$everything";
    auto const query = std::string(RequestReader::id(intent.query_text));
    bundle.self_link = EphiText(query.empty() ? url : url + "?" + query);
    if (end < items.size()) {
        Continuation const rest{"everything", "Patient", id, query, items[end - 1].name};
        SALUS_TRY(auto const cursor, context.records.sealing().seal_cursor(
                                         permit.caller().facts().client, encode(rest)));
        bundle.next_link = url + "?_cursor=" + cursor;
    }
    SALUS_TRY_VOID(add_page(context, permit, *intent.compartment,
                            std::span(items).subspan(begin, end - begin), prepared, bundle));
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations
