#include "operations/blind_tokens.h"

#include <algorithm>

#include "fhir/compartment.h"
#include "fhir/fold.h"
#include "fhir/index_entry.h"
#include "fhir/reference.h"
#include "operations/care_subjects.h"

namespace salus::operations {
namespace {

// No identifier of a resource has this system: it is none of a URI.
constexpr std::string_view kCompartmentSystem = "compartment of a consent";
// Stands where others have their type: what tells of care is looked for in all its types at once.
constexpr std::string_view kCare = "care";
constexpr std::string_view kCareSystem = "compartment in care";

using TokenUse = records::Addressing::TokenUse;

// Stands for the system in the token of an identifier that is asked for by its value alone.
constexpr std::string_view kAnySystem = "\x01";
constexpr std::int64_t kDayNanoseconds = 86'400'000'000'000;

// The first kNameBeginning letters of a folded name; nothing if it is shorter.
std::optional<std::string_view> beginning(std::string_view folded) {
    std::size_t letters = 0;
    for (std::size_t i = 0; i < folded.size(); ++i) {
        // A UTF-8 continuation byte belongs to the letter before it.
        bool const starts = (static_cast<unsigned char>(folded[i]) & 0xc0U) != 0x80U;
        if (starts && letters++ == records::Addressing::kNameBeginning) return folded.substr(0, i);
    }
    if (letters < records::Addressing::kNameBeginning) return std::nullopt;
    return folded;
}

// The day, as a number of days since the epoch, if the range is exactly one day.
std::optional<std::string> day_of(fhir::TimeRange range) {
    if (range.end - range.start != kDayNanoseconds) return std::nullopt;
    return std::to_string(range.start / kDayNanoseconds);
}

bool is_name(fhir::ParameterName parameter) {
    return parameter == "name" || parameter == "family" || parameter == "given";
}

void add_demographic_tokens(records::Addressing const& addressing, fhir::EntryView const& entry,
                            std::vector<BlindToken>& tokens) {
    auto dates = entry.find("birthdate");
    auto const day = dates && dates->left() > 0 ? day_of(dates->date()) : std::nullopt;
    auto names = entry.find("name");
    while (day && names && names->left() > 0) {
        if (auto const begin = beginning(names->string().folded)) {
            addressing.add_demographic_tokens(TokenUse::write, *begin, *day, tokens);
        }
    }
}

std::optional<std::string> name_asked_for(fhir::SearchQuery const& query) {
    for (auto const& clause : query.clauses()) {
        bool const usable = is_name(clause.name) && clause.criteria.size() == 1 &&
                            (clause.modifier == fhir::SearchModifier::none ||
                             clause.modifier == fhir::SearchModifier::exact);
        if (!usable) continue;
        auto const* text = std::get_if<fhir::TextCriterion>(&clause.criteria.front());
        if (text == nullptr) continue;
        auto const folded = fhir::fold(text->text);
        if (auto const begin = beginning(folded)) return std::string(*begin);
    }
    return std::nullopt;
}

std::optional<std::string> birth_day_asked_for(fhir::SearchQuery const& query) {
    for (auto const& clause : query.clauses()) {
        bool const usable = clause.name == "birthdate" && clause.criteria.size() == 1 &&
                            clause.modifier == fhir::SearchModifier::none;
        if (!usable) continue;
        auto const* date = std::get_if<fhir::DateCriterion>(&clause.criteria.front());
        if (date != nullptr && date->prefix == fhir::SearchPrefix::eq) return day_of(date->range);
    }
    return std::nullopt;
}

// An address of this server as the reference that it stands for.
std::string_view without_base(std::string_view reference, std::string_view base) {
    bool const own = !base.empty() && reference.size() > base.size() &&
                     reference.starts_with(base) && reference[base.size()] == '/';
    return own ? reference.substr(base.size() + 1) : reference;
}

// By the compartment of its patient: whoever reads a patient's records finds their consents.
void add_consent_tokens(records::Addressing const& addressing, std::string_view base,
                        fhir::EntryView const& entry, std::vector<BlindToken>& tokens) {
    auto patients = entry.find("patient");
    while (patients && patients->left() > 0) {
        auto const patient = fhir::parse_local_reference(without_base(patients->text(), base));
        if (!patient || patient->type->name != "Patient") continue;
        addressing.add_identifier_tokens(
            TokenUse::write, "Consent", kCompartmentSystem,
            to_hex(addressing.patient_compartment(patient->id).bytes()), tokens);
    }
}

void add_care_tokens(records::Addressing const& addressing, fhir::EntryView const& entry,
                     std::vector<BlindToken>& tokens) {
    for (auto const& patient : in_care_together(entry)) {
        addressing.add_identifier_tokens(TokenUse::write, kCare, kCareSystem,
                                         to_hex(addressing.patient_compartment(patient).bytes()),
                                         tokens);
    }
}

void add_identifiers(records::Addressing const& addressing, fhir::EntryView const& entry,
                     std::vector<BlindToken>& tokens) {
    auto identifiers = entry.find("identifier");
    while (identifiers && identifiers->left() > 0) {
        auto const identifier = identifiers->token();
        for (auto const system : {identifier.system, kAnySystem}) {
            addressing.add_identifier_tokens(TokenUse::write, entry.type(), system, identifier.code,
                                             tokens);
        }
    }
}

}  // namespace

std::vector<BlindToken> consent_tokens(records::Addressing const& addressing,
                                       CompartmentId const& compartment) {
    std::vector<BlindToken> tokens;
    addressing.add_identifier_tokens(TokenUse::find, "Consent", kCompartmentSystem,
                                     to_hex(compartment.bytes()), tokens);
    return tokens;
}

std::vector<BlindToken> care_tokens(records::Addressing const& addressing,
                                    CompartmentId const& compartment) {
    std::vector<BlindToken> tokens;
    addressing.add_identifier_tokens(TokenUse::find, kCare, kCareSystem,
                                     to_hex(compartment.bytes()), tokens);
    return tokens;
}

Result<std::vector<BlindToken>> tokens_of(records::Addressing const& addressing,
                                          std::string_view base, BytesView index_entry) {
    SALUS_TRY(auto const entry, fhir::EntryView::decode(index_entry));
    std::vector<BlindToken> tokens;
    // Nobody looks for what tells of care by its identifiers.
    if (!tells_of_care(entry.type())) add_identifiers(addressing, entry, tokens);
    add_care_tokens(addressing, entry, tokens);
    if (entry.type() == "Patient") add_demographic_tokens(addressing, entry, tokens);
    if (entry.type() == "Consent") add_consent_tokens(addressing, base, entry, tokens);
    std::ranges::sort(tokens);
    auto const repeated = std::ranges::unique(tokens);
    tokens.erase(repeated.begin(), repeated.end());
    return tokens;
}

std::optional<std::vector<BlindToken>> identifier_tokens(
    records::Addressing const& addressing, fhir::Type const& type,
    std::span<fhir::SearchClause const> clauses) {
    // Only patients and what no patient's compartment can hold have identifier tokens.
    if (type.name != "Patient" && !fhir::is_shared_type(type)) return std::nullopt;
    for (auto const& clause : clauses) {
        bool const plain =
            clause.kind == fhir::ClauseKind::plain && clause.modifier == fhir::SearchModifier::none;
        if (clause.name != "identifier" || !plain) continue;
        std::vector<BlindToken> tokens;
        for (auto const& criterion : clause.criteria) {
            auto const* token = std::get_if<fhir::TokenCriterion>(&criterion);
            if (token == nullptr || !token->code) return std::nullopt;
            std::string_view const system = token->system ? *token->system : kAnySystem;
            addressing.add_identifier_tokens(TokenUse::find, type.name.text(), system, *token->code,
                                             tokens);
        }
        return tokens;
    }
    return std::nullopt;
}

std::optional<std::vector<BlindToken>> tokens_for(records::Addressing const& addressing,
                                                  fhir::SearchQuery const& query) {
    if (auto tokens = identifier_tokens(addressing, query.type(), query.clauses())) return tokens;
    if (query.type().name != "Patient") return std::nullopt;
    auto const name = name_asked_for(query);
    auto const day = birth_day_asked_for(query);
    if (!name || !day) return std::nullopt;
    std::vector<BlindToken> tokens;
    addressing.add_demographic_tokens(TokenUse::find, *name, *day, tokens);
    return tokens;
}

}  // namespace salus::operations
