// Resources that a seed invents, with few values for each element, so that searches find several.
// Included by tests only.
#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

namespace salus::testing {

using Chance = std::mt19937;

inline std::size_t pick(Chance& chance, std::size_t choices) {
    return chance() % choices;
}

inline constexpr std::array<char const*, 3> kInventedPatients{"p1", "p2", "p3"};
inline constexpr std::array<char const*, 3> kInventedTypes{"Observation", "Condition", "Encounter"};
inline constexpr std::array<char const*, 3> kCategories{"a", "b", "c"};
inline constexpr std::array<char const*, 3> kStatuses{"finished", "planned", "arrived"};
inline constexpr std::array<char const*, 3> kResults{"final", "amended", "unknown"};
inline constexpr std::array<char const*, 3> kCodes{"x", "y", "z"};
inline constexpr std::size_t kInventedIds = 14;  // of each type; fewer are taken

struct InventedRecord {
    std::string type;
    std::string id;
    std::string patient;
    std::size_t category = 0;
    std::size_t status = 0;
    std::size_t code = 0;
    std::size_t day = 0;     // 1 to 28
    std::size_t member = 0;  // the id of what it refers to
    bool restricted = false;
    bool sensitive = false;  // a code where nothing can be searched by makes it so

    [[nodiscard]] std::string name() const { return type + "/" + id; }
    [[nodiscard]] std::string json() const;
};

inline std::string coded(char const* code) {
    return std::string(R"({"coding":[{"system":"urn:c","code":")") + code + "\"}]}";
}

// A place of the type that no search parameter looks at
// (https://hl7.org/fhir/R4/searchparameter-registry.html).
inline std::string hidden_place(std::string const& type, std::string const& concept_json) {
    if (type == "Observation") return R"(,"bodySite":)" + concept_json;
    if (type == "Condition")
        return R"(,"stage":[{"summary":)" + coded("s") + R"(,"type":)" + concept_json + "}]";
    return R"(,"hospitalization":{"dischargeDisposition":)" + concept_json + "}";
}

inline std::string InventedRecord::json() const {
    auto const date = "2026-03-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
    auto out = R"({"resourceType":")" + type + R"(","id":")" + id + "\"";
    if (restricted) {
        out += R"(,"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/)"
               R"(v3-Confidentiality","code":"R"}]})";
    }
    out += R"(,"subject":{"reference":"Patient/)" + patient + "\"}";
    if (sensitive) {
        out += hidden_place(type, R"({"coding":[{"system":"http://loinc.org","code":"25836-8"}]})");
    }
    auto const encounter =
        R"(,"encounter":{"reference":"Encounter/e)" + std::to_string(member) + "\"}";
    if (type == "Observation") {
        out += R"(,"status":")" + std::string(kResults.at(status)) + R"(","category":[)" +
               coded(kCategories.at(category)) + R"(],"code":)" + coded(kCodes.at(code)) +
               R"(,"effectiveDateTime":")" + date + R"(","valueInteger":)" + std::to_string(day) +
               R"(,"hasMember":[{"reference":"Observation/o)" + std::to_string(member) + "\"}]";
        return out + encounter + "}";
    }
    if (type == "Condition") {
        return out + R"(,"category":[)" + coded(kCategories.at(category)) + R"(],"severity":)" +
               coded(kCodes.at(code)) + R"(,"recordedDate":")" + date + "\"" + encounter + "}";
    }
    return out + R"(,"class":{"system":"urn:c","code":")" + kCategories.at(category) +
           R"("},"status":")" + kStatuses.at(status) + R"(","type":[)" + coded(kCodes.at(code)) +
           R"(],"location":[{"location":{"reference":"Location/)" + kStatuses.at(status) +
           R"("}}],"period":{"start":")" + date + "\"}}";
}

// "o3": the third Observation.
inline std::string invented_id(std::string const& type, std::size_t number) {
    return std::string(1, static_cast<char>(type.front() - 'A' + 'a')) + std::to_string(number);
}

// The same resource with other content.
inline void reinvent(Chance& chance, InventedRecord& record) {
    record.patient = kInventedPatients.at(pick(chance, kInventedPatients.size()));
    record.category = pick(chance, kCategories.size());
    record.status = pick(chance, kStatuses.size());
    record.code = pick(chance, kCodes.size());
    record.day = 1 + pick(chance, 28);
    record.member = pick(chance, kInventedIds);
    record.restricted = pick(chance, 3) == 0;
    record.sensitive = pick(chance, 4) == 0;
}

inline InventedRecord invent(Chance& chance, std::string const& type, std::size_t number) {
    InventedRecord record{.type = type, .id = invented_id(type, number), .patient = {}};
    reinvent(chance, record);
    return record;
}

}  // namespace salus::testing
