// Test data that no one here wrote, and resources from text. Only tests include this.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "fhir/resource.h"
#include "foundation/issue.h"
#include "json/document.h"

namespace salus::testing {

class EphiTestAccess {
public:
    static EphiAccess access() { return EphiAccess{}; }
};

}  // namespace salus::testing

namespace salus::fhir {

// Empty, with one line of explanation, if this machine does not have it.
inline std::vector<std::filesystem::path> material(std::string const& folder) {
    auto const* variable = std::getenv("SALUS_MATERIAL");
    auto const root = variable != nullptr
                          ? std::filesystem::path(variable)
                          : std::filesystem::path(SALUS_SOURCE_DIR) / "../shared/material";
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::exists(root / folder)) {
        std::cout << "no material " << folder << ": not checked\n";
        return files;
    }
    for (auto const& entry : std::filesystem::directory_iterator(root / folder))
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

inline std::string read_text(std::filesystem::path const& file) {
    if (file.extension() != ".gz") {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    auto const command = "zcat \"" + file.string() + "\"";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string text;
    std::vector<char> piece(1 << 16);
    while (auto const size = std::fread(piece.data(), 1, piece.size(), pipe.get()))
        text.append(piece.data(), size);
    return text;
}

inline Result<Resource> parse_text(std::string text) {
    json::Parser parser;
    return Reader::parse(EphiText(std::move(text)), parser);
}

inline std::string describe(Error const& error) {
    if (!error.issues) return std::string(error.why.text()) + " at " + error.where.path();
    std::string text;
    for (auto const& issue : error.issues->issues()) {
        if (!text.empty()) text += "; ";
        text.append(issue.text.text());
        if (!issue.detail.text().empty()) text.append(" (" + issue.detail.text() + ")");
        text.append(" at " + issue.where.path());
    }
    return text;
}

// Not validated: for tests of what is done with resources, which then need only what they are
// about.
inline Resource resource_of(std::string text) {
    json::Parser parser;
    auto resource = Reader::index(EphiText(std::move(text)), parser);
    EXPECT_TRUE(resource) << describe(resource.error());
    return *std::move(resource);
}

}  // namespace salus::fhir
