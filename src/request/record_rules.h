// RecordRules: what the policy says of stored records by what is known only when they are found:
// the security labels that they carry (https://hl7.org/fhir/R4/security-labels.html,
// meta.security) or that the codes in them imply (fhir/implied_labels.h), whether the caller cares
// for their patient, and where they belong. Made by authorization, which decides before; asked by
// ResourceConstraints, so that a record which the policy withholds is not there for anything.
// Belongs to one request.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/strong_id.h"
#include "request/duty.h"
#include "request/interaction.h"
#include "request/place_name.h"

namespace salus::request {

// Bit i: the record carries RecordRules::labels()[i].
using CarriedLabels = std::uint64_t;

struct RecordCircumstances {
    CarriedLabels carried = 0;
    bool care = false;      // the caller takes part in the care of the patient whose record it is
    bool authored = false;  // the caller wrote it, or part of it
    // Labels that the patient's consents open to the caller (RecordRules::release says so).
    CarriedLabels consented = 0;
    // Where it belongs; empty: it does not tell, or nobody looked (RecordRules::ask_for_places).
    PlaceNames locations{};
    friend auto operator<=>(RecordCircumstances const&, RecordCircumstances const&) = default;
};

// Elements, and search parameters, that say who wrote a record
// (https://hl7.org/fhir/R4/fivews.html, FiveWs.author and FiveWs.actor).
inline constexpr auto kAuthorElements =
    std::to_array<std::string_view>({"asserter", "author", "performer", "recorder"});

class RecordRules {
public:
    static constexpr std::size_t kLabelsLargest = 64;

    RecordRules() = default;
    RecordRules(RecordRules const&) = delete;
    RecordRules& operator=(RecordRules const&) = delete;
    virtual ~RecordRules() = default;

    // Codes that rules name. No other label changes what they say.
    [[nodiscard]] virtual std::vector<std::string> const& labels() const noexcept = 0;
    // Whether labels change nothing: all records of this type are left for what has no parts.
    [[nodiscard]] virtual bool leave_all(Interaction part, std::string_view type) const = 0;
    // Whether a record of this type in this compartment, so found, is left for what has no
    // parts (parts_of). Nothing: no; else the duties that come with it.
    [[nodiscard]] virtual std::optional<Duties> leave(Interaction part, std::string_view type,
                                                      CompartmentId const& compartment,
                                                      RecordCircumstances const& record) const = 0;
    // Whether what is said of a record so found may depend on where it belongs, which no index
    // tells: then leave() says nothing until somebody looked.
    [[nodiscard]] virtual bool ask_for_places(Interaction part, std::string_view type,
                                              CompartmentId const& compartment,
                                              RecordCircumstances const& record) const = 0;
    // Whether it matters which labels consents open.
    [[nodiscard]] virtual bool ask_for_consents() const noexcept = 0;
    // The consents of the patient whose compartment this is open these labels to the caller. Until
    // it is said, none.
    virtual void release(CompartmentId const& compartment,
                         std::vector<std::string> const& labels) const = 0;
    // Whether it matters who takes part in a patient's care.
    [[nodiscard]] virtual bool ask_for_care() const noexcept = 0;
    // As whom the caller writes, "Practitioner/[id]", where it matters who wrote a record; empty:
    // it does not, or the caller is nobody who could have.
    [[nodiscard]] virtual std::string_view author() const noexcept = 0;
    // Whether some record of this type may not be left for what has no parts. Rules that only put
    // duties on record hide none. A "yes" may be said where none is hidden.
    [[nodiscard]] virtual bool hide_some(Interaction part, std::string_view type) const = 0;
};

}  // namespace salus::request
