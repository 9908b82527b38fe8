// For queries that one resource answers for itself: nothing can be followed.
#pragma once

#include "fhir/search.h"

namespace salus::fhir {

class NoLinks : public SearchLinks {
public:
    [[nodiscard]] Result<std::span<EntryTable const>> beside(Type const&) override {
        return std::span<EntryTable const>();
    }
    [[nodiscard]] Result<std::span<EntryTable const>> shared(
        Type const&, std::span<std::string_view const>) override {
        return std::span<EntryTable const>();
    }
};

}  // namespace salus::fhir
