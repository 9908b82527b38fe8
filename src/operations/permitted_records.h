// The records as one permit reaches them: the only way by which operations come to a resource. What
// the caller's granular scopes and the policy's labels do not leave
// (request/resource_constraints.h), or the patient's consents (operations/consent_filter.h), is not
// there: not in a read, a version, a history, an index that is searched, counted, followed or
// included from, and no write takes its place or makes one.
//
// Each call says what it is for, in an interaction whose scopes must then leave the resource.
// A version is judged by its own content; a deletion by what it deleted. Every document that leaves
// is judged by itself, even if an index was asked before; and where an index does not know what
// that judgement would say, the document is opened before it is found, counted or followed.
// Borrows; belongs to one request.
#pragma once

#include <limits>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "json/document.h"
#include "operations/consent_filter.h"
#include "operations/record_places.h"
#include "operations/recorded_care.h"
#include "records/records.h"
#include "request/label_removal.h"

namespace salus::operations {

// Versions of a history, of which those that are not left are missing.
struct PermittedVersions {
    std::vector<records::StoredDocument> documents;
    std::size_t looked = 0;   // versions, missing ones included
    std::uint64_t below = 0;  // the last one looked at; 0: none was
};

class PermittedRecords {
public:
    using Interaction = request::Interaction;

    // `removal`: nullptr: nobody takes labels away.
    PermittedRecords(records::Records& records, json::Parser& parser, request::Permit const& permit,
                     ConsentFilter& consents, request::LabelRemoval* removal = nullptr)
        : records_(records),
          parser_(parser),
          constraints_(permit.constraints()),
          consents_(consents),
          care_(records, parser, consents.now()),
          places_(records, parser),
          practitioner_(practitioner_of(permit.caller().facts())),
          bound_(permit.caller().facts().patient_compartment.has_value()),
          removal_(removal),
          all_bear_notice_(bears_notice(permit)) {}

    [[nodiscard]] records::Addressing const& addressing() const noexcept {
        return records_.addressing();
    }
    [[nodiscard]] records::Sealing& sealing() noexcept { return records_.sealing(); }
    // Whether some scope is granular.
    [[nodiscard]] bool constrained() const noexcept { return constraints_.any(); }
    // Whether some resources of the type are out of reach for this, so that what is not there may
    // be there for others: then nothing can be made at an id of the caller's choice. For who is
    // bound to one patient, those of all others are.
    [[nodiscard]] bool hides_some(Interaction interaction, std::string_view type) const {
        return bound_ || constraints_.hide_some(interaction, type);
    }

    // As those of records::Records, of resources.
    [[nodiscard]] Result<std::optional<store::Current>> current(Interaction interaction,
                                                                std::string_view type,
                                                                std::string_view id);
    [[nodiscard]] Result<std::optional<records::StoredDocument>> get(Interaction interaction,
                                                                     std::string_view type,
                                                                     std::string_view id);
    [[nodiscard]] Result<std::optional<records::StoredDocument>> get_version(
        Interaction interaction, std::string_view type, std::string_view id, std::uint64_t version);
    struct Wanted {
        records::ResourcePlace place;
        Interaction interaction;
    };
    [[nodiscard]] Result<std::vector<std::optional<records::StoredDocument>>> get_all(
        std::span<Wanted const> wanted);
    [[nodiscard]] Result<PermittedVersions> history(Interaction interaction, std::string_view type,
                                                    std::string_view id, std::uint64_t before,
                                                    std::size_t count);
    [[nodiscard]] Result<records::CompartmentIndexPointer> index(
        Interaction interaction, CompartmentId const& compartment,
        fhir::LoadedParametersPointer const& loaded = nullptr,
        std::size_t entries_max = std::numeric_limits<std::size_t>::max());
    [[nodiscard]] Result<std::optional<records::OpenedIndexEntry>> entry(
        Interaction interaction, Address const& address,
        fhir::LoadedParameters const* loaded = nullptr);
    [[nodiscard]] Result<std::vector<records::OpenedIndexEntry>> find(
        Interaction interaction, BlindToken const& token,
        fhir::LoadedParameters const* loaded = nullptr);

    // Places and names, for walks over all patients: not what stands there.
    [[nodiscard]] Result<std::vector<store::Committed>> committed(std::uint64_t before,
                                                                  std::size_t count) {
        return records_.committed(before, count);
    }
    [[nodiscard]] Result<std::optional<records::ResourceName>> name_at(Address const& address) {
        return records_.name_at(address);
    }

    // `in_care`: the patients of whose care the new version would tell together
    // (care_subjects.h). Whoever writes it opens their records to those who care, so it is judged
    // with each of them as if it stood there. Errc::forbidden: the new version would be out of
    // reach; Errc::not_found: the one that it replaces is.
    [[nodiscard]] Result<store::Write> seal(Interaction interaction, records::Change const& change,
                                            std::span<CompartmentId const> in_care = {});
    // Duties that came with a version when it was handed out or sealed, as the policy finds them
    // by what shows of the record; those of its type go with the request.
    [[nodiscard]] request::Duties duties(Address const& address, std::uint64_t version) const;
    // Whether a version bears the notice of 42 CFR 2.32 as it leaves to the caller
    // (request/redisclosure_notice.h): for what the policy says of it, or of the request.
    [[nodiscard]] bool bears_notice(records::StoredDocument const& document) const {
        return all_bear_notice_ ||
               duties(document.address, document.version).contains(request::Duty::watermark);
    }
    // Of the request: each resource of its answer does.
    [[nodiscard]] static bool bears_notice(request::Permit const& permit);
    // Whether nothing has to be looked at for the labels (meta.security) of this version, of which
    // a write takes the place: its index entry tells that it bears none, and all is left for this.
    [[nodiscard]] Result<bool> replaces_no_label(Interaction interaction, std::string_view type,
                                                 std::string_view id, std::uint64_t version);
    // Whether the caller may take these labels, by their codes, away from a version that stands
    // there. `by_name`: the write says that they go.
    [[nodiscard]] Result<request::LabelRemoval::Verdict> may_lose_labels(
        records::StoredDocument const& document, fhir::ResourceView const& content,
        std::span<std::string const> labels, bool by_name);
    // Whether any version had some.
    [[nodiscard]] bool found_duties() const noexcept { return !duties_.empty(); }
    // Guards of conditions, which are no resources (condition.h).
    [[nodiscard]] Result<std::optional<store::Current>> current_guard(std::string_view criterion);
    [[nodiscard]] Result<store::Write> seal_guard(std::string_view criterion,
                                                  std::optional<store::Current> const& current,
                                                  WallTime when);

private:
    [[nodiscard]] Result<bool> left(Interaction interaction, std::string_view type,
                                    std::string_view id, records::StoredDocument const& document);
    [[nodiscard]] Result<bool> left_by_content(Interaction interaction, std::string_view type,
                                               records::StoredDocument const& document);
    // What the policy says of content that stands or would stand in a compartment, by its labels.
    [[nodiscard]] Result<std::optional<request::Duties>> judge(Interaction interaction,
                                                               std::string_view type,
                                                               CompartmentId const& compartment,
                                                               fhir::ResourceView const& content);
    // Of a version that is written: those of its content, and of what it takes the place of.
    [[nodiscard]] Result<void> note_duties(Interaction interaction, records::Change const& change);
    void note_duties(Address const& address, std::uint64_t version, request::Duties duties);
    // By constraints and, of what stands at its place now, by consents.
    [[nodiscard]] Result<bool> left(Interaction interaction,
                                    records::OpenedIndexEntry const& entry);
    // Of what stands at its place now. False: it is not there, or stands elsewhere.
    [[nodiscard]] Result<bool> left_when_opened(Interaction interaction,
                                                CompartmentId const& compartment,
                                                std::string_view type, std::string_view id);
    // Whether the caller does. Asked before the policy judges what stands in a compartment, and
    // tells it of the patient's consents.
    [[nodiscard]] Result<bool> care_for(CompartmentId const& compartment);
    [[nodiscard]] Result<void> tell_consents(CompartmentId const& compartment);
    // Whether nothing has to be judged by itself.
    [[nodiscard]] Result<bool> leaves_all(Interaction interaction, std::string_view type,
                                          CompartmentId const& compartment);
    using Rows = request::ResourceConstraints::Rows;
    [[nodiscard]] Result<void> keep_permitted(Interaction interaction,
                                              CompartmentId const& compartment,
                                              fhir::EntryTable const& table, Rows& rows);
    [[nodiscard]] Result<void> keep_consented(CompartmentId const& compartment,
                                              fhir::EntryTable const& table, Rows& rows);
    [[nodiscard]] Result<request::Left> left(Interaction interaction,
                                             CompartmentId const& compartment, BytesView entry);
    // Errc::forbidden: scopes and policy do not leave this in one of these compartments.
    [[nodiscard]] Result<void> check_left(Interaction interaction,
                                          std::span<CompartmentId const> compartments,
                                          records::Change const& change);
    // What is written, where its index entry does not tell.
    [[nodiscard]] Result<bool> left_by_content(Interaction interaction,
                                               CompartmentId const& compartment,
                                               records::Change const& change);
    // A write asks for what it replaces several times, of which the first opens it.
    struct Opened {
        Interaction interaction;
        records::StoredDocument document;
    };
    [[nodiscard]] bool is_open(Interaction interaction, std::string_view type,
                               std::string_view id) const;
    [[nodiscard]] Result<std::optional<records::StoredDocument>> if_left(
        Interaction interaction, std::string_view type, std::string_view id,
        std::optional<records::StoredDocument> document);

    records::Records& records_;
    json::Parser& parser_;
    request::ResourceConstraints const& constraints_;
    ConsentFilter& consents_;
    RecordedCare care_;
    RecordPlaces places_;
    std::string practitioner_;
    bool bound_;
    std::map<CompartmentId, bool> cared_for_;
    std::set<CompartmentId> told_;                                         // of whose consents
    std::map<std::pair<Address, std::uint64_t>, request::Duties> duties_;  // where there are some
    request::LabelRemoval* removal_;
    bool all_bear_notice_;
    std::optional<Opened> opened_;
};

}  // namespace salus::operations
