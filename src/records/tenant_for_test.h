// For tests of the rooms above the records: a tenant (request/tenant_for_test.h) with its records
// open. Included by tests only.
#pragma once

#include "fhir/index_entry.h"
#include "records/records.h"
#include "request/tenant_for_test.h"

namespace salus::testing {

// Of the patient "p1".
inline std::string observation(std::string const& id, std::string const& note = "x") {
    return R"({"resourceType":"Observation","id":")" + id +
           R"(","status":"final","code":{"text":")" + note +
           R"("},"subject":{"reference":"Patient/p1"}})";
}

// Borrows the instance.
class TestRecords {
public:
    explicit TestRecords(TestInstance& instance, std::string const& name = "default",
                         std::string const& path = "", store::Store* other_store = nullptr)
        : tenant_(instance, name, path, other_store),
          cache_(16 * limits::kMiB, instance.clock),
          records_(must(records::Records::make(tenant_.tenant(), instance.random, cache_))) {}

    [[nodiscard]] TestTenant& owner() noexcept { return tenant_; }
    [[nodiscard]] request::Tenant const& tenant() const noexcept { return tenant_.tenant(); }
    [[nodiscard]] records::Records& records() noexcept { return *records_; }
    [[nodiscard]] records::IndexCache& cache() noexcept { return cache_; }
    [[nodiscard]] records::Addressing const& addressing() const { return records_->addressing(); }

    // A live version of a resource, with an index entry, in this patient's compartment.
    [[nodiscard]] records::Change change(std::string const& type, std::string const& id,
                                         std::string const& patient, std::string const& text,
                                         std::uint64_t version = 1) {
        records::Change change;
        change.type = type;
        change.id = id;
        change.compartment = addressing().patient_compartment(patient);
        change.version = version;
        change.text = EphiText(text);
        auto const resource = must(fhir::Reader::parse(EphiText(text), parser_));
        change.index_entry = must(fhir::make_index_entry(resource.view(), WallTime{}));
        return change;
    }
    void write(records::Change const& change) {
        auto sealed = must(records_->seal(change));
        auto const written = tenant_.commit(std::move(sealed));
        EXPECT_TRUE(written.has_value());
    }

private:
    TestTenant tenant_;
    records::IndexCache cache_;
    std::unique_ptr<records::Records> records_;
    json::Parser parser_;
};

}  // namespace salus::testing
