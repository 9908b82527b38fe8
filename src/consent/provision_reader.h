// Reads the provisions of a Consent, and the parts that it shares with them. Each reads on after a
// fault; whoever uses it asks understood() at the end. Belongs to one consent.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "consent/provision.h"
#include "json/document.h"

namespace salus::consent {

class ProvisionReader {
public:
    // Provisions in provisions, and provisions in all, of one consent.
    static constexpr std::size_t kDepth = 8;
    static constexpr std::size_t kProvisionsLargest = 1'000;

    [[nodiscard]] bool understood() const noexcept { return understood_; }
    void misunderstand() noexcept { understood_ = false; }

    // A misunderstanding if the value is no object, or has other members; `extension`, `id` are
    // always allowed.
    void expect_members(json::Value value, std::span<std::string_view const> names);
    // Elements of a member; none if it is not there.
    [[nodiscard]] std::vector<json::Value> elements(json::Value parent, std::string_view name);
    // Codes of a CodeableConcept; none: text only.
    [[nodiscard]] std::vector<Code> concept_codes(json::Value codeable);

    struct Base {
        Provision provision;
        bool typed = false;
    };
    [[nodiscard]] Base base(json::Value value);

private:
    [[nodiscard]] Provision provision(json::Value value, std::string path, std::size_t depth);
    // Nothing: no code.
    [[nodiscard]] std::optional<Code> code(json::Value coding);
    [[nodiscard]] Listed<Code> codings(json::Value parent, std::string_view name);
    [[nodiscard]] Listed<Code> classes(json::Value parent);
    [[nodiscard]] std::optional<Period> period(json::Value parent, std::string_view name);
    void actors(json::Value parent, Provision& provision);
    void actor(json::Value value, Provision& provision);
    void actions(json::Value parent, Provision& provision);
    [[nodiscard]] Listed<Code> concepts(json::Value parent, std::string_view name);
    [[nodiscard]] Listed<DataReference> data(json::Value parent);

    bool understood_ = true;
    std::size_t provisions_ = 0;
};

}  // namespace salus::consent
