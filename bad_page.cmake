include(/work/wt/capi/tests/hygiene/../../cmake/markdown.cmake)
markdown_blocks("```cpp\nf();\n" cpp block)
