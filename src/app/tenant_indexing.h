// Brings the index of one tenant up to date: entries of what was written before a package was
// loaded get the search parameters that it brings, and those of an earlier version of the program
// or of its table of sensitive codes (consent/labels.h) get the labels that codes imply. Searches
// are right without it: what it has not reached yet is made again, or its resource is opened, by
// each search that looks at it (records/records.h). It makes them quick.
//
// Entries themselves tell whether they are made, so what was done is done, whenever it stops. How
// far it came, by which definitions and which table, stands in a file, so that a start does not
// look at everything again; without the file, it does. Belongs to one thread, which may block.
#pragma once

#include <filesystem>

#include "app/rotation_pace.h"
#include "app/rotation_settings.h"
#include "fhir/profiles/loaded_definitions.h"
#include "foundation/blocking.h"
#include "pipeline/house.h"
#include "records/records.h"

namespace salus::app {

class TenantIndexing {
public:
    // Borrows house, tenant and settings. Errors as records::Records::make.
    static Result<std::unique_ptr<TenantIndexing>> make(pipeline::House const& house,
                                                        pipeline::TenantHouse& tenant,
                                                        RotationSettings const& settings,
                                                        std::filesystem::path place);

    // Does a step of what is left; whether there is more. Errors of keys or store: nothing is lost,
    // and the next call goes on.
    [[nodiscard]] Result<bool> advance(std::stop_token const& stop);

private:
    TenantIndexing(pipeline::House const& house, pipeline::TenantHouse& tenant,
                   RotationSettings const& settings, std::filesystem::path place,
                   std::unique_ptr<records::Records> records,
                   std::unique_ptr<store::Reader> reader);
    // Other definitions are in force than before, or the process has just started.
    [[nodiscard]] Result<void> begin(fhir::LoadedParametersPointer loaded);
    // Goes on where the file says that these definitions and this table came to; false: it is about
    // others, or not there.
    [[nodiscard]] bool take_up_place();
    [[nodiscard]] Result<void> write_place() const;
    void show_progress() const;
    [[nodiscard]] Result<std::vector<records::EntryReplacement>> remake(
        std::span<store::Committed const> commits);
    [[nodiscard]] Result<void> finish();

    pipeline::House const& house_;
    pipeline::TenantHouse& tenant_;
    std::filesystem::path const place_;
    std::unique_ptr<records::Records> records_;
    std::unique_ptr<store::Reader> reader_;
    BlockingExecutor executor_;
    RotationPace pace_;
    fhir::LoadedParametersPointer loaded_;
    bool started_ = false;
    bool labels_told_ = false;  // every entry tells what codes imply
    std::uint64_t below_ = 0;   // commits of these sequences are left; 0: none
    std::size_t steps_ = 0;     // since the place was written
};

}  // namespace salus::app
