#include "consent/labels.h"

#include <algorithm>
#include <array>

#include "consent/facts.h"
#include "consent/sensitivity_table.h"

namespace salus::consent {
namespace {

// Broader sensitivities, one step up (v3-ActCode).
struct Step {
    std::string_view code;
    std::string_view broader;
};
constexpr auto kSteps = std::to_array<Step>({
    {"42CFRPart2", "ETH"},
    {"SUD", "ETH"},
    {"ETHUD", "SUD"},
    {"OPIOIDUD", "SUD"},
    {"ETH", "BH"},
    {"MH", "BH"},
    {"PSY", "MH"},
    {"PSYTHPN", "PSY"},
    {"COGN", "BH"},
    {"DVD", "BH"},
    {"EMOTDIS", "BH"},
    {"STD", "SEX"},
    {"MST", "SDV"},
});

// What policies and consents are expected to name.
constexpr auto kKnown = std::to_array<std::string_view>({
    "42CFRPart2",
    "BH",
    "ETH",
    "ETHUD",
    "HIV",
    "MH",
    "OPIOIDUD",
    "PSY",
    "PSYTHPN",
    "SDV",
    "SEX",
    "STD",
    "SUD",
});

bool is_act_code(std::string_view system) {
    return system == kActCode || system == "http://hl7.org/fhir/v3/ActCode";
}
bool is_confidentiality(std::string_view system) {
    return system == kConfidentialityCodes || system == "http://hl7.org/fhir/v3/Confidentiality";
}

constexpr auto kLevels = std::to_array<std::string_view>({"U", "L", "M", "N", "R", "V"});

std::optional<Terminology> terminology_of(std::string_view system) {
    if (system == "http://snomed.info/sct") return Terminology::snomed;
    if (system == "http://loinc.org") return Terminology::loinc;
    if (system.starts_with("http://hl7.org/fhir/sid/icd-10")) return Terminology::icd10;
    return std::nullopt;
}

bool is(SensitiveCode const& listed, Terminology terminology, std::string_view code) {
    if (listed.terminology != terminology) return false;
    return terminology == Terminology::icd10 ? code.starts_with(listed.code) : code == listed.code;
}

template <class Take>
void derive(std::string_view system, std::string_view code, Take const& take) {
    auto const terminology = terminology_of(system);
    if (!terminology) return;
    std::string plain(code);
    if (terminology == Terminology::icd10) std::erase(plain, '.');
    for (auto const& listed : kSensitiveCodes) {
        if (is(listed, *terminology, plain)) take(listed.sensitivity);
    }
}

// Raise it when derive() applies the table in another way.
constexpr std::uint64_t kWayOfDeriving = 1;

// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): it tells versions of this program's
// own table apart, which nobody else writes.
class TableDigest {
public:
    constexpr void add(std::string_view text) {
        for (char const each : text) add(static_cast<std::uint8_t>(each));
        add(std::uint8_t{0});
    }
    constexpr void add(std::uint8_t byte) {
        hash_ ^= byte;
        hash_ *= 0x100000001b3U;
    }
    [[nodiscard]] constexpr std::array<char, 16> hex() const {
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::array<char, 16> out{};
        auto rest = hash_;
        for (std::size_t i = out.size(); i > 0; --i, rest >>= 4U) out[i - 1] = kDigits[rest & 15U];
        return out;
    }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325U ^ kWayOfDeriving;
};

constexpr std::array<char, 16> digest_of_table() {
    TableDigest digest;
    for (auto const& listed : kSensitiveCodes) {
        digest.add(static_cast<std::uint8_t>(listed.terminology));
        digest.add(listed.code);
        digest.add(listed.sensitivity);
    }
    for (auto const& step : kSteps) {
        digest.add(step.code);
        digest.add(step.broader);
    }
    return digest.hex();
}
constexpr auto kTableDigest = digest_of_table();

}  // namespace

fhir::LabelMap const& label_map() {
    static constexpr fhir::LabelMap kMap{
        .digest = std::string_view(kTableDigest.data(), kTableDigest.size()),
        .of = &sensitivities_of};
    return kMap;
}

std::optional<Confidentiality> confidentiality_of(Code const& code) {
    if (!is_confidentiality(code.system)) return std::nullopt;
    auto const* found = std::ranges::find(kLevels, code.code);
    if (found == kLevels.end()) return std::nullopt;
    return static_cast<Confidentiality>(found - kLevels.begin());
}

std::optional<std::string> sensitivity_of(Code const& code) {
    if (!is_act_code(code.system) || code.code.empty()) return std::nullopt;
    return code.code;
}

bool must_be_named(std::string_view sensitivity) {
    return sensitivity == "42CFRPart2" || sensitivity == "PSYTHPN";
}

bool covers(std::string_view broader, std::string_view sensitivity) {
    for (;;) {
        if (broader == sensitivity) return true;
        auto const* step = std::ranges::find(kSteps, sensitivity, &Step::code);
        if (step == kSteps.end() || step->broader == sensitivity) return false;
        sensitivity = step->broader;
    }
}

std::vector<std::string_view> sensitivities_of(std::string_view system, std::string_view code) {
    std::vector<std::string_view> all;
    derive(system, code, [&all](std::string_view sensitivity) {
        for (;;) {
            if (std::ranges::find(all, sensitivity) == all.end()) all.push_back(sensitivity);
            auto const* step = std::ranges::find(kSteps, sensitivity, &Step::code);
            if (step == kSteps.end()) return;
            sensitivity = step->broader;
        }
    });
    return all;
}

Labels labels_from(std::span<Code const> marks, std::span<Code const> mentions) {
    Labels labels;
    std::optional<Confidentiality> stated;
    auto const raise = [&](Confidentiality level) {
        stated = stated ? std::max(*stated, level) : level;
    };
    for (auto const& mark : marks) {
        auto const level = confidentiality_of(mark);
        if (level) {
            raise(*level);
        } else if (auto sensitivity = sensitivity_of(mark)) {
            labels.sensitivities.push_back(*std::move(sensitivity));
        } else if (mark.code.empty() || mark.system.empty() || is_confidentiality(mark.system)) {
            raise(Confidentiality::very_restricted);
        }
    }
    for (auto const& mention : mentions) {
        derive(mention.system, mention.code, [&](std::string_view sensitivity) {
            labels.sensitivities.emplace_back(sensitivity);
        });
    }
    std::ranges::sort(labels.sensitivities);
    auto const repeated = std::ranges::unique(labels.sensitivities);
    labels.sensitivities.erase(repeated.begin(), repeated.end());
    if (!labels.sensitivities.empty()) raise(Confidentiality::restricted);
    labels.confidentiality = stated.value_or(Confidentiality::normal);
    return labels;
}

Labels labels_of(fhir::ResourceView const& resource, EphiAccess const& access) {
    return facts_of(resource, access).labels;
}

std::vector<std::string> Labels::codes() const {
    std::vector<std::string> codes;
    for (auto const& each : sensitivities) {
        if (std::ranges::binary_search(kKnown, std::string_view(each))) codes.push_back(each);
    }
    if (confidentiality == Confidentiality::restricted) codes.emplace_back("R");
    if (confidentiality == Confidentiality::very_restricted) codes.emplace_back("V");
    std::ranges::sort(codes);
    return codes;
}

}  // namespace salus::consent
