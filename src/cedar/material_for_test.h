// Cases that others decided (Cedar's own integration tests), for the tests of this room. Only tests
// include this.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace salus::cedar {

// Empty, with one line of explanation, if this machine does not have it.
inline std::filesystem::path corpus_folder() {
    auto const* const variable = std::getenv("SALUS_MATERIAL");
    auto const root = variable != nullptr
                          ? std::filesystem::path(variable)
                          : std::filesystem::path(SALUS_SOURCE_DIR) / "../shared/material";
    auto folder = root / "cedar-corpus-dev";
    if (std::filesystem::exists(folder)) return folder;
    std::cout << "no material cedar-corpus-dev: not checked\n";
    return {};
}

inline std::string read_file(std::filesystem::path const& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// Calls take(line) for each line of a compressed file.
template <class Take>
void for_each_line(std::filesystem::path const& file, Take take) {
    auto const command = "zcat \"" + file.string() + "\"";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const pipe(popen(command.c_str(), "r"), pclose);
    std::string rest;
    std::vector<char> piece(1 << 16);
    while (auto const size = std::fread(piece.data(), 1, piece.size(), pipe.get())) {
        rest.append(piece.data(), size);
        std::size_t begin = 0;
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
            take(rest.substr(begin, end - begin));
            begin = end + 1;
        }
        rest.erase(0, begin);
    }
    if (!rest.empty()) take(rest);
}

}  // namespace salus::cedar
