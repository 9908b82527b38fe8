#include "operations/recorded_care.h"

#include <algorithm>
#include <map>

#include "fhir/definitions.h"
#include "fhir/no_links.h"
#include "fhir/period.h"
#include "fhir/search.h"
#include "operations/blind_tokens.h"
#include "operations/care_subjects.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

Result<bool> is_about(records::Addressing const& addressing, std::string_view entry,
                      CompartmentId const& patient) {
    SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry)));
    return std::ranges::any_of(in_care_together(view), [&](std::string const& id) {
        return addressing.patient_compartment(id) == patient;
    });
}

}  // namespace

Result<bool> RecordedCare::tells_of(records::CompartmentIndex const& index,
                                    std::string_view practitioner) {
    fhir::NoLinks links;
    for (auto const& [name, participant, none] : kCareEvidence) {
        auto const* type = fhir::find_resource_type(name);
        if (type == nullptr) return fail(Errc::internal, "a type is missing");
        std::vector<fhir::SearchQuery::Parameter> const parameters{{"status:not", none}};
        SALUS_TRY(auto const query, fhir::SearchQuery::parse(*type, parameters, WallTime{}));
        for (auto const& table : index.tables(*type)) {
            auto rows = table.rows();
            SALUS_TRY_VOID(query.retain(table, rows, links));
            SALUS_TRY(bool const names, any_names(practitioner, table, participant, rows));
            if (names) return true;
        }
    }
    return false;
}

// Rows share lists of values, so that each list is looked at once; but a team tells when.
Result<bool> RecordedCare::any_names(std::string_view practitioner, fhir::EntryTable const& table,
                                     std::string_view participant, Rows const& rows) {
    auto const* parameter = table.parameters().find(participant);
    if (parameter == nullptr) return fail(Errc::internal, "a parameter is missing");
    auto const column = table.column(*parameter, fhir::ColumnSide::values);
    bool const tells_when = table.type().name == "CareTeam";
    std::map<fhir::EntryTable::ListNumber, bool> known;
    for (auto const row : rows) {
        auto const [answer, is_new] = known.try_emplace(column.list(row));
        if (is_new) {
            auto values = table.values(answer->first);
            while (values && values->left() > 0 && !answer->second) {
                SALUS_TRY(answer->second, names(practitioner, values->text()));
            }
        }
        if (!answer->second) continue;
        if (!tells_when) return true;
        SALUS_TRY(bool const now, has_member(table.id(row), practitioner));
        if (now) return true;
    }
    return false;
}

Result<bool> RecordedCare::names(std::string_view practitioner, std::string_view participant) {
    constexpr std::string_view kRole = "PractitionerRole/";
    if (!participant.starts_with(kRole)) return participant == practitioner;
    SALUS_TRY(auto const held, roles_.hold(practitioner, participant.substr(kRole.size())));
    return held == true;
}

// What is modified in a way that we do not know may say the opposite
// (https://hl7.org/fhir/R4/extensibility.html#modifierExtension).
bool RecordedCare::tells_now(json::Value team_or_member) const {
    return fhir::is_in_its_period(team_or_member, now_) &&
           !team_or_member.member("modifierExtension");
}

// Its index entry said whose it is.
Result<bool> RecordedCare::has_member(std::string_view team, std::string_view practitioner) {
    SALUS_TRY(auto document, records_.get(records::DocumentClass::resource, "CareTeam", team));
    if (!document || document->state != store::VersionState::live) return false;
    SALUS_TRY(auto const found, fhir::Reader::index(std::move(document->text), parser_));
    auto const root = RequestReader::root(found.view());
    auto const members = root.member("participant");
    if (!tells_now(root) || !members || !members->is_array()) return false;
    for (auto const each : members->elements()) {
        if (!tells_now(each)) continue;
        SALUS_TRY(bool const is, names(practitioner, place_in(each.member("member"))));
        if (is) return true;
    }
    return false;
}

Result<records::CompartmentIndexPointer> RecordedCare::told_with_others(
    CompartmentId const& patient) {
    std::vector<records::OpenedIndexEntry> entries;
    for (auto const& token : care_tokens(records_.addressing(), patient)) {
        auto found = records_.find(token);
        // It stood with a patient whose key was destroyed.
        if (!found && found.error().code == Errc::gone) continue;
        if (!found) return fail(std::move(found).error());
        std::ranges::move(*found, std::back_inserter(entries));
    }
    // While token keys are rotated one document is found by several.
    std::ranges::sort(entries, {}, &records::OpenedIndexEntry::address);
    std::vector<records::OpenedIndexEntry> kept;
    for (auto& each : entries) {
        bool const again = !kept.empty() && kept.back().address == each.address;
        SALUS_TRY(bool const about, is_about(records_.addressing(), each.entry, patient));
        if (about && !again) {
            kept.push_back(std::move(each));
        } else {
            scrub(each.entry);
        }
    }
    if (kept.empty()) return nullptr;
    return records::CompartmentIndex::make_of_some(std::move(kept));
}

Result<bool> RecordedCare::hold(std::string_view practitioner, CompartmentId const& patient) {
    if (practitioner.empty()) return false;
    roles_.ask_anew();
    SALUS_TRY(auto const index, records_.index(patient));
    SALUS_TRY(bool const told, tells_of(*index, practitioner));
    if (told) return true;
    SALUS_TRY(auto const others, told_with_others(patient));
    if (!others) return false;
    return tells_of(*others, practitioner);
}

}  // namespace salus::operations
