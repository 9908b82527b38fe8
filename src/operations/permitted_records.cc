#include "operations/permitted_records.h"

#include <algorithm>

#include "consent/labels.h"
#include "fhir/implied_labels.h"
#include "operations/practitioner_roles.h"
#include "operations/request_reader.h"

namespace salus::operations {

using records::OpenedIndexEntry;
using records::StoredDocument;
using request::Left;

namespace {

constexpr std::string_view kGuardType = "ConditionGuard";

// Those that it carries, and those that the codes in it imply.
std::vector<std::string> labels_of(fhir::ResourceView const& resource) {
    auto labels = resource.security_labels();
    for (auto const label : fhir::implied_labels(resource, consent::label_map()))
        labels.emplace_back(label);
    return labels;
}

// A Reference, or an element with an actor.
bool refers(json::Value value, std::string_view place) {
    return place_in(value.member("actor").value_or(value)) == place;
}

// Whether this ("Practitioner/[id]"; "": nobody) wrote it, or part of it.
bool names_author(fhir::ResourceView const& resource, std::string_view author) {
    if (author.empty()) return false;
    auto const root = RequestReader::root(resource);
    for (auto const element : request::kAuthorElements) {
        auto const value = root.member(element);
        if (!value) continue;
        if (!value->is_array() && refers(*value, author)) return true;
        if (!value->is_array()) continue;
        for (auto const each : value->elements()) {
            if (refers(each, author)) return true;
        }
    }
    return false;
}

StoredDocument copy_of(StoredDocument const& document) {
    return {.address = document.address,
            .compartment = document.compartment,
            .version = document.version,
            .state = document.state,
            .last_updated = document.last_updated,
            .text = document.text.clone(),
            .hash = document.hash};
}

}  // namespace

Result<Left> PermittedRecords::left(Interaction interaction, CompartmentId const& compartment,
                                    BytesView entry) {
    SALUS_TRY(auto const view, fhir::EntryView::decode(entry));
    SALUS_TRY(bool const care, care_for(compartment));
    return constraints_.leave(interaction, view, compartment, care, consent::label_map().digest);
}

Result<bool> PermittedRecords::left(Interaction interaction, std::string_view type,
                                    std::string_view id, StoredDocument const& document) {
    SALUS_TRY(bool const all, leaves_all(interaction, type, document.compartment));
    if (all) return true;
    if (document.state == store::VersionState::deleted) {
        SALUS_TRY(auto const before, records_.get_version(type, id, document.version - 1));
        if (!before || before->state == store::VersionState::deleted) return false;
        return left(interaction, type, id, *before);
    }
    return left_by_content(interaction, type, document);
}

Result<std::optional<request::Duties>> PermittedRecords::judge(Interaction interaction,
                                                               std::string_view type,
                                                               CompartmentId const& compartment,
                                                               fhir::ResourceView const& content) {
    SALUS_TRY(bool const care, care_for(compartment));
    auto const labels = constraints_.depend_on_labels(interaction, type)
                            ? labels_of(content)
                            : std::vector<std::string>();
    request::ResourceConstraints::Found found{
        .labels = labels, .care = care, .authored = names_author(content, constraints_.author())};
    if (constraints_.ask_for_places(interaction, type, compartment, found)) {
        SALUS_TRY(found.locations, places_.of(compartment, content));
    }
    return constraints_.leave_found(interaction, type, compartment, found);
}

Result<bool> PermittedRecords::left_by_content(Interaction interaction, std::string_view type,
                                               StoredDocument const& document) {
    auto const& compartment = document.compartment;
    SALUS_TRY(auto const resource, fhir::Reader::index(document.text.clone(), parser_));
    SALUS_TRY(auto const judged, judge(interaction, type, compartment, resource.view()));
    if (!judged) return false;
    SALUS_TRY(bool const consented, consents_.leaves(compartment, type, document.text));
    if (consented) note_duties(document.address, document.version, *judged);
    if (!consented || !constraints_.granular()) return consented;
    SALUS_TRY(auto const entry, fhir::make_index_entry(resource.view(), document.last_updated,
                                                       nullptr, consent::label_map()));
    SALUS_TRY(auto const view, fhir::EntryView::decode(RequestReader::entry(entry)));
    return constraints_.grant(interaction, view, compartment);
}

void PermittedRecords::note_duties(Address const& address, std::uint64_t version,
                                   request::Duties duties) {
    if (!duties.empty()) duties_[{address, version}].add(duties);
}

request::Duties PermittedRecords::duties(Address const& address, std::uint64_t version) const {
    auto const found = duties_.find({address, version});
    return found == duties_.end() ? request::Duties() : found->second;
}

bool PermittedRecords::bears_notice(request::Permit const& permit) {
    return permit.duties().contains(request::Duty::watermark);
}

Result<request::LabelRemoval::Verdict> PermittedRecords::may_lose_labels(
    StoredDocument const& document, fhir::ResourceView const& content,
    std::span<std::string const> labels, bool by_name) {
    if (removal_ == nullptr) return request::LabelRemoval::Verdict::refused;
    SALUS_TRY(bool const care, care_for(document.compartment));
    SALUS_TRY(auto const consented, consents_.released(document.compartment, labels));
    return removal_->judge({.type = content.type().name.text(),
                            .compartment = document.compartment,
                            .labels = labels,
                            .consented = consented,
                            .care = care,
                            .authored = names_author(content, constraints_.author()),
                            .by_name = by_name});
}

Result<void> PermittedRecords::note_duties(Interaction interaction, records::Change const& change) {
    auto const address = addressing().address(change.type, change.id);
    if (change.version > 1)
        note_duties(address, change.version, duties(address, change.version - 1));
    if (change.state != store::VersionState::live) return {};
    SALUS_TRY(auto const resource, fhir::Reader::index(change.text.clone(), parser_));
    SALUS_TRY(auto const found,
              judge(interaction, change.type, change.compartment, resource.view()));
    if (found) note_duties(address, change.version, *found);
    return {};
}

Result<bool> PermittedRecords::left_when_opened(Interaction interaction,
                                                CompartmentId const& compartment,
                                                std::string_view type, std::string_view id) {
    SALUS_TRY(auto const document, records_.get(records::DocumentClass::resource, type, id));
    bool const there = document && document->state == store::VersionState::live &&
                       document->compartment == compartment;
    if (!there) return false;
    return left(interaction, type, id, *document);
}

Result<std::optional<StoredDocument>> PermittedRecords::if_left(
    Interaction interaction, std::string_view type, std::string_view id,
    std::optional<StoredDocument> document) {
    if (!document) return document;
    SALUS_TRY(bool const there, left(interaction, type, id, *document));
    if (!there) document.reset();
    return document;
}

Result<std::optional<store::Current>> PermittedRecords::current(Interaction interaction,
                                                                std::string_view type,
                                                                std::string_view id) {
    SALUS_TRY(auto const found, records_.current(type, id));
    if (!found) return found;
    SALUS_TRY(bool const all, leaves_all(interaction, type, found->compartment));
    if (all) return found;
    SALUS_TRY(auto const document, get(interaction, type, id));
    if (!document) return std::optional<store::Current>();
    return store::Current{document->compartment, document->version, document->state};
}

Result<std::optional<StoredDocument>> PermittedRecords::get(Interaction interaction,
                                                            std::string_view type,
                                                            std::string_view id) {
    if (is_open(interaction, type, id)) return std::optional(copy_of(opened_->document));
    SALUS_TRY(auto found, records_.get(records::DocumentClass::resource, type, id));
    SALUS_TRY(auto document, if_left(interaction, type, id, std::move(found)));
    if (document && request::is_write(interaction))
        opened_.emplace(Opened{.interaction = interaction, .document = copy_of(*document)});
    return document;
}

bool PermittedRecords::is_open(Interaction interaction, std::string_view type,
                               std::string_view id) const {
    return opened_ && opened_->interaction == interaction &&
           opened_->document.address == records_.addressing().address(type, id);
}

Result<bool> PermittedRecords::replaces_no_label(Interaction interaction, std::string_view type,
                                                 std::string_view id, std::uint64_t version) {
    bool const open = is_open(interaction, type, id);
    if (open || all_bear_notice_ || !constraints_.leave_all(interaction, type)) return false;
    auto opened = records_.entry(addressing().address(type, id));
    // Of what cannot be read there the document itself tells.
    if (!opened || !*opened) return false;
    auto& found = **opened;
    auto const entry = fhir::EntryView::decode(bytes_of(found.entry));
    auto const labels = entry ? entry->find(fhir::kSecurityParameter) : std::nullopt;
    bool const none = entry && (!labels || labels->left() == 0);
    scrub(found.entry);
    SALUS_TRY(bool const all, leaves_all(interaction, type, found.compartment));
    return all && none && found.version == version;
}

Result<std::optional<StoredDocument>> PermittedRecords::get_version(Interaction interaction,
                                                                    std::string_view type,
                                                                    std::string_view id,
                                                                    std::uint64_t version) {
    SALUS_TRY(auto document, records_.get_version(type, id, version));
    return if_left(interaction, type, id, std::move(document));
}

Result<std::vector<std::optional<StoredDocument>>> PermittedRecords::get_all(
    std::span<Wanted const> wanted) {
    std::vector<records::ResourcePlace> places;
    places.reserve(wanted.size());
    for (auto const& each : wanted) places.push_back(each.place);
    SALUS_TRY(auto documents, records_.get_all(places));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto const& [place, interaction] = wanted[i];
        SALUS_TRY(documents[i],
                  if_left(interaction, place.type, place.id, std::move(documents[i])));
    }
    return documents;
}

Result<PermittedVersions> PermittedRecords::history(Interaction interaction, std::string_view type,
                                                    std::string_view id, std::uint64_t before,
                                                    std::size_t count) {
    SALUS_TRY(auto documents, records_.history(type, id, before, count));
    PermittedVersions versions;
    versions.looked = documents.size();
    for (auto& document : documents) {
        versions.below = document.version;
        SALUS_TRY(bool const there, left(interaction, type, id, document));
        if (there) versions.documents.push_back(std::move(document));
    }
    return versions;
}

Result<records::CompartmentIndexPointer> PermittedRecords::index(
    Interaction interaction, CompartmentId const& compartment,
    fhir::LoadedParametersPointer const& loaded, std::size_t entries_max) {
    SALUS_TRY(auto whole, records_.index(compartment, loaded, entries_max));
    SALUS_TRY(auto const outcome, consents_.of(compartment, {}));
    if (!constraints_.any() && outcome == consent::Outcome::permit) return whole;
    return records::CompartmentIndex::narrowed(
        std::move(whole), [&](fhir::EntryTable const& table, auto& rows) -> Result<void> {
            if (constraints_.any())
                SALUS_TRY_VOID(keep_permitted(interaction, compartment, table, rows));
            return keep_consented(compartment, table, rows);
        });
}

Result<void> PermittedRecords::keep_permitted(Interaction interaction,
                                              CompartmentId const& compartment,
                                              fhir::EntryTable const& table, Rows& rows) {
    SALUS_TRY(bool const care, care_for(compartment));
    SALUS_TRY(auto const unknown, constraints_.retain(interaction, table, compartment, care,
                                                      consent::label_map().digest, rows));
    auto const type = table.type().name.text();
    Rows hidden;
    for (auto const row : unknown) {
        SALUS_TRY(bool const there,
                  left_when_opened(interaction, compartment, type, table.id(row)));
        if (!there) hidden.push_back(row);
    }
    std::erase_if(rows, [&](auto const row) { return std::ranges::binary_search(hidden, row); });
    return {};
}

Result<void> PermittedRecords::keep_consented(CompartmentId const& compartment,
                                              fhir::EntryTable const& table, Rows& rows) {
    auto const type = table.type().name.text();
    SALUS_TRY(auto const outcome, consents_.of(compartment, type));
    if (outcome == consent::Outcome::permit) return {};
    if (outcome == consent::Outcome::deny) rows.clear();
    Rows kept;
    for (auto const row : rows) {
        SALUS_TRY(bool const left, consents_.leaves(compartment, type, table.id(row)));
        if (left) kept.push_back(row);
    }
    rows = std::move(kept);
    return {};
}

Result<void> PermittedRecords::tell_consents(CompartmentId const& compartment) {
    auto const labels = constraints_.labels_to_release();
    if (labels.empty() || !told_.insert(compartment).second) return {};
    SALUS_TRY(auto const released, consents_.released(compartment, labels));
    constraints_.release(compartment, released);
    return {};
}

Result<bool> PermittedRecords::care_for(CompartmentId const& compartment) {
    SALUS_TRY_VOID(tell_consents(compartment));
    if (!constraints_.ask_for_care() || !records_.is_patient(compartment)) return false;
    auto const known = cared_for_.find(compartment);
    if (known != cared_for_.end()) return known->second;
    SALUS_TRY(bool const care, care_.hold(practitioner_, compartment));
    cared_for_.emplace(compartment, care);
    return care;
}

Result<bool> PermittedRecords::leaves_all(Interaction interaction, std::string_view type,
                                          CompartmentId const& compartment) {
    if (!constraints_.leave_all(interaction, type, compartment)) return false;
    SALUS_TRY(auto const outcome, consents_.of(compartment, type));
    return outcome == consent::Outcome::permit;
}

Result<bool> PermittedRecords::left(Interaction interaction, OpenedIndexEntry const& entry) {
    SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry.entry)));
    if (constraints_.any()) {
        SALUS_TRY(auto const there, left(interaction, entry.compartment, bytes_of(entry.entry)));
        if (there == Left::no) return false;
        if (there == Left::unknown)
            return left_when_opened(interaction, entry.compartment, view.type(), view.id());
    }
    return consents_.leaves(entry.compartment, view.type(), view.id());
}

Result<std::optional<OpenedIndexEntry>> PermittedRecords::entry(
    Interaction interaction, Address const& address, fhir::LoadedParameters const* loaded) {
    SALUS_TRY(auto found, records_.entry(address, loaded));
    if (!found) return found;
    SALUS_TRY(bool const there, left(interaction, *found));
    if (there) return found;
    scrub(found->entry);
    return std::optional<OpenedIndexEntry>();
}

Result<std::vector<OpenedIndexEntry>> PermittedRecords::find(Interaction interaction,
                                                             BlindToken const& token,
                                                             fhir::LoadedParameters const* loaded) {
    SALUS_TRY(auto found, records_.find(token, loaded));
    std::vector<OpenedIndexEntry> kept;
    for (auto& each : found) {
        SALUS_TRY(bool const there, left(interaction, each));
        if (there) {
            kept.push_back(std::move(each));
        } else {
            scrub(each.entry);
        }
    }
    return kept;
}

Result<void> PermittedRecords::check_left(Interaction interaction,
                                          std::span<CompartmentId const> compartments,
                                          records::Change const& change) {
    auto const entry = RequestReader::entry(change.index_entry);
    for (auto const& compartment : compartments) {
        SALUS_TRY(auto const there, left(interaction, compartment, entry));
        SALUS_TRY(bool const permitted, there == Left::unknown
                                            ? left_by_content(interaction, compartment, change)
                                            : Result<bool>(there == Left::yes));
        if (permitted) continue;
        return fail(Errc::forbidden,
                    "the resource would lie outside of what scopes and policy permit");
    }
    return {};
}

Result<bool> PermittedRecords::left_by_content(Interaction interaction,
                                               CompartmentId const& compartment,
                                               records::Change const& change) {
    SALUS_TRY(auto const resource, fhir::Reader::index(change.text.clone(), parser_));
    SALUS_TRY(auto const judged, judge(interaction, change.type, compartment, resource.view()));
    if (!judged) return false;
    SALUS_TRY(auto const view, fhir::EntryView::decode(RequestReader::entry(change.index_entry)));
    return constraints_.grant(interaction, view, compartment);
}

Result<store::Write> PermittedRecords::seal(Interaction interaction, records::Change const& change,
                                            std::span<CompartmentId const> in_care) {
    if (bound_ && !in_care.empty())
        return fail(Errc::forbidden, "the resource would tell of the care of another patient");
    SALUS_TRY(auto const outcome, consents_.of(change.compartment, change.type));
    if (!constraints_.any() && outcome == consent::Outcome::permit) return records_.seal(change);
    if (change.version > 1) {
        SALUS_TRY(auto const replaced, current(interaction, change.type, change.id));
        if (!replaced) return fail(Errc::not_found, "no such resource");
    }
    if (change.state == store::VersionState::live) {
        SALUS_TRY_VOID(check_left(interaction, {&change.compartment, 1}, change));
        SALUS_TRY_VOID(check_left(interaction, in_care, change));
        SALUS_TRY(bool const consented,
                  change.version == 1
                      ? consents_.admits(change.compartment, change.type, change.text)
                      : consents_.leaves(change.compartment, change.type, change.text));
        if (!consented) return fail(Errc::forbidden, "the patient's consents do not permit this");
    }
    if (!constraints_.leave_all(interaction, change.type, change.compartment))
        SALUS_TRY_VOID(note_duties(interaction, change));
    return records_.seal(change);
}

Result<std::optional<store::Current>> PermittedRecords::current_guard(std::string_view criterion) {
    return records_.current(kGuardType, criterion);
}

Result<store::Write> PermittedRecords::seal_guard(std::string_view criterion,
                                                  std::optional<store::Current> const& current,
                                                  WallTime when) {
    records::Change guard;
    guard.document_class = records::DocumentClass::condition_guard;
    guard.type = kGuardType;
    guard.id = criterion;
    guard.compartment = addressing().identity_compartment();
    guard.version = current ? current->version + 1 : 1;
    guard.when = when;
    guard.expires_at = to_unix_seconds(guard.when) + limits::kConditionGuardTime.count();
    return records_.seal(guard);
}

}  // namespace salus::operations
