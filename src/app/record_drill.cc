#include "app/record_drill.h"

#include <map>
#include <set>

namespace salus::app {
namespace {

constexpr std::size_t kVersionsAtATime = 1000;
constexpr std::size_t kLabelsKept = 100'000;

class RecordDrill {
public:
    RecordDrill(records::Records& records, Opened& opened) : records_(records), opened_(opened) {}

    Result<void> run() {
        std::uint64_t before = 0;
        while (true) {
            SALUS_TRY(auto const versions, records_.committed(before, kVersionsAtATime));
            for (auto const& version : versions) open(version);
            if (versions.size() < kVersionsAtATime) return {};
            before = versions.back().sequence;
        }
    }

private:
    void open(store::Committed const& version) {
        if (compartments_.insert(version.compartment).second) open_index(version.compartment);
        auto const& label = label_of(version.address);
        if (!label) {
            // A key that was destroyed on purpose is no damage.
            ++(label.error().code == Errc::gone ? opened_.unnamed : opened_.unreadable);
            return;
        }
        if (!*label) {
            ++opened_.unnamed;
            return;
        }
        auto const document = records_.get_version(**label, version.version);
        ++(document && *document ? opened_.versions : opened_.unreadable);
    }
    // Once for each document, not for each of its versions: a name is opened for it. Bounded: what
    // is forgotten is opened once more.
    Result<std::optional<records::DocumentLabel>> const& label_of(Address const& address) {
        if (labels_.size() >= kLabelsKept) labels_.clear();
        auto const found = labels_.find(address);
        if (found != labels_.end()) return found->second;
        return labels_.emplace(address, records_.label_at(address)).first->second;
    }
    void open_index(CompartmentId const& compartment) {
        if (compartment == records_.addressing().identity_compartment()) return;  // has none
        auto const index = records_.index(compartment);
        if (index) ++opened_.compartments;
        if (!index && index.error().code != Errc::gone) ++opened_.unreadable;
    }

    records::Records& records_;
    Opened& opened_;
    std::set<CompartmentId> compartments_;
    std::map<Address, Result<std::optional<records::DocumentLabel>>> labels_;
};

}  // namespace

Result<Opened> open_every_record(Instance& instance) {
    Opened opened;
    for (auto const& tenant : instance.house().tenants) {
        SALUS_TRY(auto const records, records::Records::make(tenant->tenant, instance.random(),
                                                             instance.house().index_cache));
        SALUS_TRY_VOID(RecordDrill(*records, opened).run());
    }
    return opened;
}

}  // namespace salus::app
